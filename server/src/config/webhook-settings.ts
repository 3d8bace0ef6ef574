import type { Setting } from './settings.ts';
import { parseFlag, parseMlflowFlag, parseWhole } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

function wholeFrom(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const number = parseWhole(text);
    if (number < least || number > greatest) throw new Error('out of range');
    return number;
  };
}

/** 32 bytes in URL-safe base64. */
function parseKey(text: string): string {
  if (!/^[A-Za-z0-9_-]{43}=$/.test(text)) throw new Error('not a key');
  return text;
}

/** MLflow's own texts keep the order of the list. */
function parseSchemes(text: string): readonly string[] {
  const schemes = text.split(',').map((scheme) => scheme.trim().toLowerCase());
  if (schemes.some((scheme) => scheme !== 'https' && scheme !== 'http')) throw new Error('not a scheme');
  return schemes;
}

/** How announcements are sent; the names are MLflow's where it has one. */
export const WEBHOOK_SETTINGS = {
  webhookKey: setting({
    names: ['MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY'],
    accepts: 'a Fernet key: 32 bytes in URL-safe base64, 44 characters',
    meaning:
      'Encrypts the secrets of webhooks in the database, as MLflow does. Without it webhooks cannot have secrets.',
    secret: true,
    parse: parseKey,
  }),
  webhookSchemes: setting({
    names: ['MLFLOW_WEBHOOK_ALLOWED_SCHEMES'],
    default: 'https',
    accepts: 'https, or https and http, separated by a comma',
    meaning: 'Schemes of webhook URLs. Not for production.',
    parse: parseSchemes,
  }),
  webhookAllowPrivate: setting({
    names: ['MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS'],
    default: 'false',
    accepts: 'true, false, 1 or 0',
    meaning:
      'Whether webhooks may lead to addresses of this machine and of private networks. Whoever may manage webhooks can then reach what the server can reach.',
    parse: parseMlflowFlag,
  }),
  webhookTimeoutSeconds: setting({
    names: ['MLFLOW_WEBHOOK_REQUEST_TIMEOUT'],
    default: '30',
    accepts: 'a whole number of seconds from 1 to 600',
    meaning: 'How long a request to a webhook may take, as a whole.',
    parse: wholeFrom(1, 600),
  }),
  webhookRetries: setting({
    names: ['MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES'],
    default: '3',
    accepts: 'a whole number from 0 to 100',
    meaning:
      'How often a request is repeated after no answer, 429, 500, 502, 503 or 504; at first after 1 s, then 2 s, 4 s, up to 60 s.',
    parse: wholeFrom(0, 100),
  }),
  webhookLanes: setting({
    names: ['MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS'],
    default: '10',
    accepts: 'a whole number from 1 to 100',
    meaning: 'How many webhooks are sent to at once; one of them gets one request at a time.',
    parse: wholeFrom(1, 100),
  }),
  webhookShowResponse: setting({
    names: ['REGISTRY_WEBHOOK_SHOW_RESPONSE'],
    default: 'false',
    accepts: 'true or false',
    meaning: "Whether a test of a webhook shows the beginning of the receiver's answer (up to 1 KiB).",
    parse: parseFlag,
  }),
} as const;
