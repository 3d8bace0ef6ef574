// Makes the secrets of docker-compose.yml in the folder that is its argument: each that is not there yet, at random.
// Whoever has their own puts them there first. Readable for the registry (65532) and for root's group.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const REGISTRY = 65_532;
const random = (bytes) => randomBytes(bytes).toString('base64url');

function keep(name, make) {
  const path = join(folder, name);
  if (!existsSync(path)) {
    writeFileSync(path, make(), { mode: 0o440, flag: 'wx' });
    if (process.getuid?.() === 0) chownSync(path, REGISTRY, 0);
  }
  return readFileSync(path, 'utf8').trim();
}

const password = encodeURIComponent(keep('postgres-password', () => random(24)));
keep('tracking-uri', () => `postgresql://farmiq:${password}@postgres:5432/mlflow_registry`);
keep('admin-password', () => random(18));
// A Fernet key: 32 bytes, with the padding.
keep('webhook-key', () => `${random(32)}=`);
keep('s3-access-key', () => random(15));
keep('s3-secret-key', () => random(30));
keep('grafana-password', () => random(18));
