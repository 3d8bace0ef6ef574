import { LOG_FIELDS } from './fields.ts';

const TEXT_LENGTH = 2_000;
const STACK_LENGTH = 8_000;
const ID_LENGTH = 200;
const MASK = '***';

/** No secret without one of these: most texts are ours and need no look. */
const MAY_HOLD_ONE = /[:=]|whsec_|frt_|bearer|basic/i;

/**
 * Whatever looks like a secret in a text that others wrote, such as the message of a driver's error: user and password of a URL, its
 * query, credentials of a header, secrets of webhooks, and our tokens.
 */
function maskSecrets(text: string): string {
  if (!MAY_HOLD_ONE.test(text)) return text;
  return text
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'<>]{1,500}@/gi, `$1${MASK}@`)
    .replace(/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s?#"'<>]{1,1000})\?[^\s#"'<>]+/gi, `$1?${MASK}`)
    .replace(/\b(Bearer|Basic)\s{1,5}[\w.~+/=-]{4,}/gi, `$1 ${MASK}`)
    .replace(
      /\b(password|passwd|secret|token|api[_-]?key)(["']?\s{0,5}[:=]\s{0,5}["']?)[^\s"',;&]{1,500}/gi,
      `$1$2${MASK}`,
    )
    .replace(/\bwhsec_[\w+/=-]+/g, `whsec_${MASK}`)
    .replace(/\bfrt_[\w-]+/g, `frt_${MASK}`);
}

/** What is written of what was given: only known fields, each as its treatment says. */
export function redact(line: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const key in line) {
    const known = (LOG_FIELDS as Readonly<Record<string, { readonly treatment: string }>>)[key];
    const value = line[key];
    if (known === undefined || value === undefined || value === null) continue;
    written[key] = treated(known.treatment, value);
  }
  return written;
}

function treated(treatment: string, value: unknown): unknown {
  if (treatment === 'number') return typeof value === 'number' ? value : undefined;
  if (treatment === 'error') return describeError(value);
  if (treatment === 'address') return describeAddress(value);
  const text = String(value);
  return treatment === 'id' ? bounded(text, ID_LENGTH) : bounded(maskSecrets(text), TEXT_LENGTH);
}

/** A sentence of the log. */
export function redactText(text: string): string {
  return bounded(maskSecrets(text), TEXT_LENGTH);
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: redactText(String(error)) };
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: bounded(name, ID_LENGTH),
    message: redactText(message),
    ...(typeof code === 'string' ? { code: bounded(code, ID_LENGTH) } : {}),
    ...(stack === undefined ? {} : { stack: bounded(maskSecrets(stack), STACK_LENGTH) }),
  };
}

function describeAddress(value: unknown): string {
  if (typeof value !== 'object' || value === null) return bounded(String(value), ID_LENGTH);
  const { address, port } = value as { readonly address?: unknown; readonly port?: unknown };
  return bounded(`${address}:${port}`, ID_LENGTH);
}

function bounded(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
