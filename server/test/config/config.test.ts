import { describe, expect, test } from 'vitest';
import { ConfigError, type Environment, loadConfig } from '../../src/config/config.ts';
import { dogstatsdPlace } from '../../src/config/datadog-settings.ts';
import { tracesUrl } from '../../src/config/tracing-settings.ts';

const load = (env: Environment) =>
  loadConfig(env, (path) => {
    if (path === '/run/secrets/uri') return 'postgresql://u:p@db/registry\n';
    throw new Error('no such file');
  });

function refusal(env: Environment): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('defaults', () => {
  test('nothing set serves on 127.0.0.1:5136 with SQLite in data/', () => {
    const config = load({});
    expect([config.host, config.port, config.logLevel, config.baseUrl]).toEqual([
      '127.0.0.1',
      5136,
      'info',
      'http://localhost:5136',
    ]);
    expect(config.database.kind === 'sqlite' && config.database.path.endsWith('/data/mlflow.db')).toBe(true);
    const { artifactRoot: root } = config;
    expect(root.kind === 'folder' && root.path.endsWith('/data/artifacts')).toBe(true);
  });

  test.each<[Environment, ReturnType<typeof dogstatsdPlace>]>([
    [{}, null],
    [{ DD_ENV: 'barn' }, null],
    [{ DD_AGENT_HOST: 'agent' }, { kind: 'udp', host: 'agent', port: 8125 }],
    [{ DD_DOGSTATSD_PORT: '9125' }, { kind: 'udp', host: '127.0.0.1', port: 9125 }],
    [
      { DD_AGENT_HOST: '10.0.0.1', DD_DOGSTATSD_URL: 'unix:///a.sock' },
      { kind: 'unix', path: '/a.sock' },
    ],
    [{ DD_DOGSTATSD_URL: 'unixgram:///a b.sock' }, { kind: 'unix', path: '/a b.sock' }],
    [{ DD_DOGSTATSD_URL: 'unixstream:///a.sock' }, { kind: 'unixstream', path: '/a.sock' }],
    [{ DD_DOGSTATSD_URL: 'udp://[::1]:1' }, { kind: 'udp', host: '::1', port: 1 }],
    [{ DD_DOGSTATSD_URL: 'udp://agent' }, { kind: 'udp', host: 'agent', port: 8125 }],
  ])('%j: metrics go to %j', (env, place) => {
    expect(dogstatsdPlace(load(env))).toEqual(place);
  });

  test.each([
    ['DD_DOGSTATSD_URL', 'tcp://agent:1'],
    ['DD_DOGSTATSD_URL', 'unix://a.sock'],
    ['DD_DOGSTATSD_URL', 'udp://agent:70000'],
    ['DD_DOGSTATSD_URL', 'udp://agent/x'],
    ['DD_AGENT_HOST', 'http://agent'],
    ['DD_DOGSTATSD_PORT', '0'],
    ['DD_ENV', 'a,b'],
    ['DD_SERVICE', 'a|b'],
  ])('%s=%s is refused', (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name}=${value}: it must be`);
  });

  test.each<[Environment, string | null]>([
    [{}, null],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otel/' }, 'https://c/otel/v1/traces'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://d/x' },
      'http://d/x',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }, null],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, null],
  ])('%j: spans go to %s', (env, url) => {
    expect(tracesUrl(load(env))).toBe(url);
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'farm'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'farm=%'],
  ])('%s=%s is refused', (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name}=${value}: it must be`);
  });

  test('headers of spans are read, and hidden when they are wrong', () => {
    const headers = 'api-key=s%2Cx, b = c';
    expect(load({ OTEL_EXPORTER_OTLP_HEADERS: headers }).otlpHeaders).toEqual({ 'api-key': 's,x', b: 'c' });
    expect(refusal({ OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' })).not.toContain('hunter2');
  });

  test('an empty value counts as not set, as compose files give it', () => {
    expect(load({ PORT: '', LOG_LEVEL: '' }).port).toBe(5136);
  });

  test('metrics have no port of their own, unless one is given', () => {
    expect(load({}).metricsPort).toBeUndefined();
    expect(load({ METRICS_PORT: '9464' }).metricsPort).toBe(9464);
    // Any free one, twice.
    expect(load({ PORT: '0', METRICS_PORT: '0' }).metricsPort).toBe(0);
  });

  test('the links follow the port', () => {
    expect(load({ PORT: '80' }).baseUrl).toBe('http://localhost:80');
    expect(load({ REGISTRY_BASE_URL: 'https://registry.example.org/' }).baseUrl).toBe(
      'https://registry.example.org',
    );
  });
});

describe('the database', () => {
  test.each([
    ['sqlite:////var/lib/mlflow.db', { kind: 'sqlite', path: '/var/lib/mlflow.db' }],
    ['sqlite:///:memory:', { kind: 'sqlite', path: ':memory:' }],
    ['sqlite://', { kind: 'sqlite', path: ':memory:' }],
    ['postgres://u:p@h:5/d', { kind: 'postgres', url: 'postgresql://u:p@h:5/d' }],
    [
      'postgresql+psycopg2://u:p%40@h/d?sslmode=require',
      { kind: 'postgres', url: 'postgresql://u:p%40@h/d?sslmode=require' },
    ],
  ])('%s is understood', (uri, expected) => {
    expect(load({ MLFLOW_TRACKING_URI: uri }).database).toEqual(expected);
    expect(load({ MLFLOW_BACKEND_STORE_URI: uri }).database).toEqual(expected);
  });

  test('it may come from a file, for secrets', () => {
    expect(load({ MLFLOW_TRACKING_URI_FILE: '/run/secrets/uri' }).database).toEqual({
      kind: 'postgres',
      url: 'postgresql://u:p@db/registry',
    });
    expect(refusal({ MLFLOW_TRACKING_URI_FILE: '/nowhere' })).toContain('cannot be read');
    expect(
      refusal({ MLFLOW_TRACKING_URI: 'sqlite://', MLFLOW_TRACKING_URI_FILE: '/run/secrets/uri' }),
    ).toContain('both set');
  });

  test('the address of a tracking server is refused with the reason', () => {
    expect(refusal({ MLFLOW_TRACKING_URI: 'http://mlflow:5000' })).toContain('is the tracking server');
  });

  test('a password never shows in a message', () => {
    for (const uri of [
      'postgresql://u:hunter2@h',
      'mysql://u:hunter2@h/d',
      'postgresql://u:hunter2@@h:port/d',
    ])
      expect(refusal({ MLFLOW_TRACKING_URI: uri })).not.toContain('hunter2');
  });
});

describe('artifacts in S3', () => {
  const root = { MLFLOW_ARTIFACT_ROOT: 's3://farm-models/ml/art/' };
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' };

  test('bucket and prefix are read from the root, the rest as MLflow names it', () => {
    const config = load({
      ...{ ...root, ...keys, AWS_DEFAULT_REGION: 'eu-north-1', MLFLOW_S3_IGNORE_TLS: '1' },
      ...{ MLFLOW_S3_ENDPOINT_URL: 'http://minio:9000/', MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: 'virtual' },
      ...{ MLFLOW_S3_UPLOAD_EXTRA_ARGS: '{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"}' },
    });
    expect(config.artifactRoot).toEqual({ kind: 's3', bucket: 'farm-models', prefix: 'ml/art' });
    expect(config).toMatchObject({
      ...{ s3Endpoint: 'http://minio:9000', s3Region: 'eu-north-1', s3IgnoreTls: true },
      ...{ s3AccessKeyId: 'A', s3SecretAccessKey: 'S', s3Addressing: 'virtual' },
      s3UploadArgs: { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'k' },
    });
    expect(load({ MLFLOW_ARTIFACT_ROOT: 's3://farm' }).artifactRoot).toMatchObject({ prefix: '' });
  });

  test('keys come in pairs or not at all, when they are used', () => {
    for (const half of [
      { AWS_ACCESS_KEY_ID: 'A' },
      { AWS_SECRET_ACCESS_KEY: 'S' },
      { AWS_SESSION_TOKEN: 'T' },
    ])
      expect(refusal({ ...root, ...half } as Environment)).toContain('must be set together');
    expect(load({ AWS_ACCESS_KEY_ID: 'A' }).artifactRoot.kind).toBe('folder');
    expect(load({ ...root }).s3AccessKeyId).toBeUndefined();
  });
});

const OIDC = {
  REGISTRY_AUTH: 'oidc',
  REGISTRY_OIDC_ISSUER: 'https://id.farm.example',
  REGISTRY_OIDC_CLIENT_ID: 'registry',
};

describe('wrong values stop the start with one line that names variable, value and what is accepted', () => {
  test.each([
    [{ PORT: '70000' }, 'PORT=70000: it must be a port'],
    [{ PORT: '5136x' }, 'PORT=5136x: it must be a port'],
    [{ METRICS_PORT: '70000' }, 'METRICS_PORT=70000: it must be a port'],
    [{ METRICS_PORT: 'on' }, 'METRICS_PORT=on: it must be a port'],
    [{ METRICS_PORT: '5136' }, 'METRICS_PORT=5136: that is PORT; give another one'],
    [{ HOST: 'example.org' }, 'HOST=example.org: it must be an IP address'],
    [{ LOG_LEVEL: 'TRACE' }, 'LOG_LEVEL=TRACE: it must be DEBUG, INFO, WARNING or ERROR'],
    [{ REQUIRE_APPROVAL_FOR_PRODUCTION: 'yes' }, 'it must be true or false'],
    [{ RETENTION_STAGING_DAYS: '-1' }, 'RETENTION_STAGING_DAYS=-1: it must be a whole number of days'],
    [{ RETENTION_ARCHIVED_DAYS: '3651' }, 'it must be a whole number of days from 0 to 3650'],
    [{ RETENTION_PURGE: 'yes' }, 'RETENTION_PURGE=yes: it must be true or false'],
    [{ RETENTION_GRACE_HOURS: '1.5' }, 'it must be a whole number of hours from 0 to 8760'],
    [{ RETENTION_MAX_SHARE: '20%' }, 'RETENTION_MAX_SHARE=20%: it must be a number from 0 to 1'],
    [{ RETENTION_MAX_SHARE: '1.1' }, 'it must be a number from 0 to 1'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://' }, 'it names no bucket; it must be a folder, a file:// URL or s3://'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://b/x' }, 'it names no bucket'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://u:p@bucket/x' }, 'it names no bucket'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://bucket/a/../b' }, 'its prefix must be plain names'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://bucket//a' }, 'its prefix must be plain names'],
    [{ MLFLOW_ARTIFACT_ROOT: 's3://bucket/a?x' }, 'its prefix must be plain names'],
    [{ MLFLOW_ARTIFACT_ROOT: `s3://bucket/${'a'.repeat(513)}` }, 'its prefix may have 512 bytes at most'],
    [{ MLFLOW_ARTIFACT_ROOT: 'gs://bucket/a' }, 'it must be a folder'],
    [{ MLFLOW_S3_ENDPOINT_URL: 'minio:9000' }, 'it must be an http:// or https:// URL'],
    [{ MLFLOW_S3_ENDPOINT_URL: 'http://minio:9000/x' }, 'it must be an http:// or https:// URL'],
    [{ MLFLOW_S3_IGNORE_TLS: 'yes' }, 'it must be true, false, 1 or 0'],
    [{ MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE: 'host' }, 'it must be auto'],
    [{ MLFLOW_S3_EXPECTED_BUCKET_OWNER: '12' }, 'it must be an account number'],
    [{ MLFLOW_S3_UPLOAD_EXTRA_ARGS: '{"ContentType":"x"}' }, 'ContentType is not known here'],
    [{ MLFLOW_S3_UPLOAD_EXTRA_ARGS: '{"ACL":1}' }, 'it must be a JSON object'],
    [{ MLFLOW_S3_UPLOAD_EXTRA_ARGS: 'ACL' }, 'it must be a JSON object'],
    [{ MLFLOW_TRACKING_URI: 'data/mlflow.db' }, 'it must be sqlite:///'],
    [{ REGISTRY_AUTH: 'ldap' }, 'REGISTRY_AUTH=ldap: it must be none, local or oidc'],
    [{ REGISTRY_AUTH: 'oidc' }, 'REGISTRY_AUTH=oidc needs REGISTRY_OIDC_ISSUER'],
    [
      { ...OIDC, REGISTRY_OIDC_CLIENT_ID: '' },
      'needs REGISTRY_OIDC_CLIENT_ID (for browsers), REGISTRY_OIDC_AUDIENCE',
    ],
    [{ ...OIDC, REGISTRY_AUTH: 'local' }, 'REGISTRY_OIDC_… is set, but REGISTRY_AUTH=local'],
    [{ ...OIDC, REGISTRY_OIDC_ISSUER: 'http://id.farm.example' }, 'it must be an https:// URL'],
    [{ ...OIDC, REGISTRY_OIDC_ISSUER: 'https://id.farm.example?x' }, 'it must be an https:// URL'],
    [
      { ...OIDC, REGISTRY_OIDC_GROUP_ROLES: 'farm-ops=boss' },
      '"farm-ops=boss" is no role of a group; it must be',
    ],
    [{ ...OIDC, REGISTRY_OIDC_GROUP_ROLES: 'farm-ops' }, '"=farm-ops" is no role'],
    [{ ...OIDC, REGISTRY_OIDC_GROUP_ROLES: 'a=admin,a=reader' }, 'the group "a" stands there twice'],
    [{ ...OIDC, REGISTRY_OIDC_GROUP_ROLES: '{"a":1}' }, '"a=1" is no role'],
    [{ ...OIDC, REGISTRY_OIDC_GROUP_ROLES: '{"a"' }, 'it must be group=role'],
    [{ REGISTRY_BASE_URL: 'registry.example.org' }, 'it must be an http:// or https:// URL'],
    [{ REGISTRY_ALOWED_HOSTS: 'x' }, 'REGISTRY_ALOWED_HOSTS is not a setting of this version; there are'],
    [{ RETENTION_FOREVER: 'x' }, 'RETENTION_FOREVER is not a setting'],
  ])('%j', (env, sentence) => {
    const message = refusal(env as unknown as Environment);
    expect(message).toContain(sentence);
    expect(message).not.toContain('\n');
  });

  test.each([
    [
      'ml-admins=admin, CN=farm-ops=approver',
      [
        ['ml-admins', 'admin'],
        ['CN=farm-ops', 'approver'],
      ],
    ],
    ['{"farm ops, north": "writer"}', [['farm ops, north', 'writer']]],
    ['', []],
  ])('roles of groups may be given as %s', (text, roles) => {
    expect([...load({ ...OIDC, REGISTRY_OIDC_GROUP_ROLES: text }).oidcGroupRoles]).toEqual(roles);
  });

  test('variables of others are none of our business', () => {
    expect(() => load({ PATH: '/bin', REGISTRYX: '1', MLFLOW_EXPERIMENT_NAME: 'x' })).not.toThrow();
  });
});

describe('an address beyond this machine', () => {
  test('is refused while nobody signs in, unless explicitly allowed', () => {
    expect(refusal({ HOST: '0.0.0.0' })).toContain('REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH=true');
    expect(refusal({ HOST: '::' })).toContain('REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH=true');
    expect(load({ HOST: '0.0.0.0', REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH: 'true' }).host).toBe('0.0.0.0');
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost'])
      expect(load({ HOST: host }).host).toBe(host);
  });
});
