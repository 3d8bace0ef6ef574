import { isIP } from 'node:net';
import { Refused } from './locations.ts';
import { SETTINGS, type Setting, type SettingValues } from './settings.ts';

/** Everything that the program is told from outside, checked. */
export type Config = SettingValues;

/** The environment cannot be used; `message` is one line for the operator, without secrets. */
export class ConfigError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>;

const OUR_PREFIXES = ['REGISTRY_', 'RETENTION_'];

/**
 * Reads the environment through the table of settings. `readFile` gives the text of a secret's file.
 * @throws ConfigError naming the variable, the value (secrets masked) and what is accepted.
 */
export function loadConfig(env: Environment, readFile: (path: string) => string): Config {
  refuseUnknown(env);
  const values = new Map<string, unknown>();
  for (const [key, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    const given = readSetting(setting, env, readFile);
    const text = given?.text ?? setting.default;
    values.set(
      key,
      text === undefined ? undefined : parseSetting(setting, given?.name ?? setting.names[0], text),
    );
  }
  const config = Object.fromEntries(values) as unknown as Config;
  checkPublicBind(config);
  checkMetricsPort(config);
  checkS3(config);
  checkOidc(config);
  return { ...config, baseUrl: config.baseUrl ?? `http://localhost:${config.port}` };
}

function readSetting(
  setting: Setting<unknown>,
  env: Environment,
  readFile: (path: string) => string,
): { name: string; text: string } | undefined {
  for (const name of setting.names) {
    const text = env[name];
    const file = setting.secret ? env[`${name}_FILE`] : undefined;
    if (text !== undefined && text !== '' && file !== undefined)
      throw new ConfigError(`${name} and ${name}_FILE are both set; give one of them.`);
    if (file !== undefined) return { name, text: readSecret(`${name}_FILE`, file, readFile) };
    if (text !== undefined && text !== '') return { name, text };
  }
  return undefined;
}

function readSecret(name: string, file: string, readFile: (path: string) => string): string {
  try {
    return readFile(file).trim();
  } catch {
    throw new ConfigError(`${name}=${file}: the file cannot be read.`);
  }
}

function parseSetting(setting: Setting<unknown>, name: string, text: string): unknown {
  try {
    return setting.parse(text);
  } catch (error) {
    const shown = setting.secret ? maskPassword(text) : text;
    const reason = error instanceof Refused ? `${error.message}; ` : '';
    throw new ConfigError(`${name}=${shown}: ${reason}it must be ${setting.accepts}.`);
  }
}

/** Of a URL everything between the scheme and the last `@` may be a secret, of a key all. */
function maskPassword(text: string): string {
  return text.includes('://') ? text.replace(/:\/\/.*@/s, '://***@') : '***';
}

function refuseUnknown(env: Environment): void {
  const known = new Set<string>();
  for (const setting of Object.values(SETTINGS) as Setting<unknown>[])
    for (const name of setting.names) known.add(name).add(setting.secret ? `${name}_FILE` : name);
  for (const name of Object.keys(env).sort())
    if (OUR_PREFIXES.some((prefix) => name.startsWith(prefix)) && !known.has(name)) {
      const ours = [...known].filter((one) => OUR_PREFIXES.some((prefix) => one.startsWith(prefix)));
      throw new ConfigError(`${name} is not a setting of this version; there are ${ours.join(', ')}.`);
    }
}

/** Two listeners cannot share a port; 0 is another one each time. */
function checkMetricsPort({ port, metricsPort }: Config): void {
  if (metricsPort === undefined || metricsPort === 0 || metricsPort !== port) return;
  throw new ConfigError(
    `METRICS_PORT=${metricsPort}: that is PORT; give another one, or leave it unset to serve /metrics on PORT.`,
  );
}

/** Half of a pair of keys would silently mean other keys, those that the SDK finds. */
function checkS3(config: Config): void {
  if (config.artifactRoot.kind !== 's3') return;
  const { s3AccessKeyId: id, s3SecretAccessKey: secret, s3SessionToken: token } = config;
  if ((id === undefined) !== (secret === undefined) || (token !== undefined && id === undefined))
    throw new ConfigError(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN with them) must be set together.',
    );
}

/** Who asks for sign-in must be able to; and settings of a provider that nobody asks are a mistake. */
function checkOidc({
  auth,
  oidcIssuer: issuer,
  oidcClientId: clientId,
  oidcAudience: audience,
}: Config): void {
  if (auth !== 'oidc') {
    if (issuer === undefined && clientId === undefined && audience === undefined) return;
    throw new ConfigError(`REGISTRY_OIDC_… is set, but REGISTRY_AUTH=${auth}; set REGISTRY_AUTH=oidc.`);
  }
  if (issuer === undefined) throw new ConfigError('REGISTRY_AUTH=oidc needs REGISTRY_OIDC_ISSUER.');
  if (clientId === undefined && audience === undefined)
    throw new ConfigError(
      'REGISTRY_AUTH=oidc needs REGISTRY_OIDC_CLIENT_ID (for browsers), REGISTRY_OIDC_AUDIENCE (for programs), or both.',
    );
}

/** Whoever reaches the port may do everything while nobody signs in. */
function checkPublicBind(config: Config): void {
  if (config.auth !== 'none' || isLoopback(config.host) || config.allowPublicWithoutAuth) return;
  throw new ConfigError(
    `HOST=${config.host}: with REGISTRY_AUTH=none only addresses of this machine are served; set REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH=true to serve everyone without sign-in.`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
