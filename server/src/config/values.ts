import { isIP } from 'node:net';

/** Parsers of single values. Each throws on anything that it does not accept; the caller words the message. */

export function parsePort(text: string): number {
  const port = parseWhole(text);
  if (port > 65_535) throw new Error('too large');
  return port;
}

export function parseWhole(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error('not a whole number');
  return Number(text);
}

/** A time in days, of ten years at most. */
export function parseDays(text: string): number {
  const days = parseWhole(text);
  if (days > 3_650) throw new Error('out of range');
  return days;
}

/** A number of connections that a server can work with. */
export function parseConnections(text: string): number {
  const count = parseWhole(text);
  if (count < 10 || count > 1_000_000) throw new Error('out of range');
  return count;
}

export function parseHost(text: string): string {
  if (isIP(text) === 0 && text !== 'localhost') throw new Error('not an address');
  return text;
}

export function parseFlag(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw new Error('not a flag');
  return lower === 'true';
}

/** MLflow: its flags may also be digits. */
export function parseMlflowFlag(text: string): boolean {
  return text === '1' || text === '0' ? text === '1' : parseFlag(text);
}

export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function parseOneOf<const T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((known) => known === text.toLowerCase());
    if (choice === undefined) throw new Error('not one of the choices');
    return choice;
  };
}

const PINO_LEVELS = { debug: 'debug', info: 'info', warning: 'warn', error: 'error' } as const;
export type LogLevel = (typeof PINO_LEVELS)[keyof typeof PINO_LEVELS];

export function parseLogLevel(text: string): LogLevel {
  return PINO_LEVELS[parseOneOf(['debug', 'info', 'warning', 'error'])(text)];
}

export function parseBaseUrl(text: string): string {
  const url = new URL(text);
  if (
    !['http:', 'https:'].includes(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw new Error('not a plain http URL');
  return url.href.replace(/\/$/, '');
}
