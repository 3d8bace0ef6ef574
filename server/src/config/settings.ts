import { ACCESS_SETTINGS } from './access-settings.ts';
import { DATADOG_SETTINGS } from './datadog-settings.ts';
import {
  type ArtifactLocation,
  type DatabaseLocation,
  parseArtifactRoot,
  parseDatabaseUri,
} from './locations.ts';
import { RETENTION_SETTINGS } from './retention-settings.ts';
import { S3_SETTINGS } from './s3-settings.ts';
import { TRACING_SETTINGS } from './tracing-settings.ts';
import {
  parseBaseUrl,
  parseConnections,
  parseDays,
  parseFlag,
  parseHost,
  parseList,
  parseLogLevel,
  parsePort,
} from './values.ts';
import { WEBHOOK_SETTINGS } from './webhook-settings.ts';

/** One environment variable: the single source for reading, checking and documenting it. */
export interface Setting<T> {
  /** The first name is ours to document; others are MLflow's spellings of the same. */
  readonly names: readonly [string, ...string[]];
  /** What an unset variable means, in the variable's own spelling; undefined: nothing. */
  readonly default?: string;
  /** Completes "it must be …". */
  readonly accepts: string;
  readonly meaning: string;
  /** May also come from the file that `<NAME>_FILE` names, and never shows in a message. */
  readonly secret?: true;
  /** Throws any error when the text is not acceptable. */
  readonly parse: (text: string) => T;
}

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** The table. Generated from it: docs/configuration.md. */
export const SETTINGS = {
  port: setting({
    names: ['PORT'],
    default: '5136',
    accepts: 'a port from 0 to 65535 (0: any free one)',
    meaning: 'The port to serve on.',
    parse: parsePort,
  }),
  host: setting({
    names: ['HOST'],
    default: '127.0.0.1',
    accepts: 'an IP address or localhost',
    meaning:
      'The address to bind. One beyond this machine needs authentication or REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH.',
    parse: parseHost,
  }),
  metricsPort: setting({
    names: ['METRICS_PORT'],
    accepts: 'a port from 0 to 65535 (0: any free one), other than PORT',
    meaning:
      'A port of its own for /metrics, on HOST and open to whoever reaches it. By default /metrics is served on PORT, where it takes a reader of all models when callers sign in.',
    parse: parsePort,
  }),
  database: setting<DatabaseLocation>({
    names: ['MLFLOW_TRACKING_URI', 'MLFLOW_BACKEND_STORE_URI'],
    default: 'sqlite:///data/mlflow.db',
    accepts:
      'sqlite:///<relative path>, sqlite:////<absolute path>, sqlite:///:memory: or postgresql://user:password@host:port/database',
    meaning: "The database; MLflow's spellings (postgres://, postgresql+psycopg2://) are understood.",
    secret: true,
    parse: parseDatabaseUri,
  }),
  artifactRoot: setting<ArtifactLocation>({
    names: ['MLFLOW_ARTIFACT_ROOT'],
    default: 'data/artifacts',
    accepts: 'a folder, a file:// URL or s3://<bucket>/<prefix>',
    meaning: 'Where artifacts are kept. In S3, the variables below that begin with AWS_ and MLFLOW_ say how.',
    parse: parseArtifactRoot,
  }),
  ...S3_SETTINGS,
  logLevel: setting({
    names: ['LOG_LEVEL'],
    default: 'INFO',
    accepts: 'DEBUG, INFO, WARNING or ERROR, in any case',
    meaning: 'The least level that is logged.',
    parse: parseLogLevel,
  }),
  baseUrl: setting({
    names: ['REGISTRY_BASE_URL'],
    accepts: 'an http:// or https:// URL without query',
    meaning: 'The address for links in messages; by default http://localhost:<PORT>.',
    parse: parseBaseUrl,
  }),
  allowedHosts: setting({
    names: ['REGISTRY_ALLOWED_HOSTS'],
    default: '',
    accepts: 'host names, separated by commas',
    meaning: 'Names that the server answers to, besides IP addresses and localhost.',
    parse: parseList,
  }),
  allowedOrigins: setting({
    names: ['REGISTRY_ALLOWED_ORIGINS'],
    default: '',
    accepts: 'origins such as https://ui.example.org, separated by commas',
    meaning: 'Origins of other pages that may change things.',
    parse: parseList,
  }),
  maxConnections: setting({
    names: ['REGISTRY_MAX_CONNECTIONS'],
    default: '10000',
    accepts: 'a whole number from 10 to 1000000',
    meaning:
      'Connections that are open at once; beyond it new ones are refused. Keep it below the limit of open files.',
    parse: parseConnections,
  }),
  requireApproval: setting({
    names: ['REQUIRE_APPROVAL_FOR_PRODUCTION'],
    default: 'true',
    accepts: 'true or false',
    meaning:
      'Whether production needs an approval (docs/governance.md). true: the policy `guarded`. false: the policy `open`, under which every change is made at once, as MLflow does.',
    parse: parseFlag,
  }),
  verifyDays: setting({
    names: ['REGISTRY_VERIFY_DAYS'],
    default: '30',
    accepts: 'a whole number of days from 0 to 3650',
    meaning:
      'How often the files of each sealed version are read again and compared with their hashes, in the background. 0: never. What enters production is read in any case.',
    parse: parseDays,
  }),
  ...ACCESS_SETTINGS,
  ...RETENTION_SETTINGS,
  ...WEBHOOK_SETTINGS,
  ...DATADOG_SETTINGS,
  ...TRACING_SETTINGS,
} as const;

type Settings = typeof SETTINGS;

/** The values by key of the table; `baseUrl` is filled in from the port. */
export type SettingValues = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never;
};
