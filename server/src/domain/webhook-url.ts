import { invalidArgument } from './errors.ts';
import { checkLength } from './key-rules.ts';
import { reprString } from './search/python-text.ts';

/** The address of a webhook, parsed once by the rules of browsers (WHATWG), the same for check and connection. */
export type WebhookUrl = URL;

const URL_LIMIT = 500;
// Where MLflow's two parsers, and most others, begin to disagree about what the host is.
const AMBIGUOUS = /[\0- \x7f\\]/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const AUTHORITY = /^[^:]*:\/\/([^/?#]*)/;

/**
 * Reads a webhook's URL. `schemes` are those allowed, in lower case. Whether its host may be reached is another
 * question (`ports/egress.ts`).
 * @throws `invalid_argument` with MLflow's sentences.
 */
export function parseWebhookUrl(text: string, schemes: readonly string[]): WebhookUrl {
  if (text.trim() === '')
    throw invalidArgument(`Webhook URL cannot be empty or just whitespace: ${reprString(text)}`, 'url');
  checkLength('url', text, URL_LIMIT, 'url');
  if (AMBIGUOUS.test(text))
    throw invalidArgument(
      `Invalid webhook URL ${reprString(text)}: it has a space, a control character or a backslash.`,
      'url',
    );
  const scheme = (SCHEME.exec(text)?.[1] ?? '').toLowerCase();
  if (!schemes.includes(scheme))
    throw invalidArgument(
      `Invalid webhook URL scheme: ${reprString(scheme)}. Allowed schemes are: ${schemes.join(', ')}.`,
      'url',
    );
  if (hostOf(text) === '')
    throw invalidArgument(`Webhook URL must include a hostname: ${reprString(text)}`, 'url');
  const url = URL.parse(text);
  if (url === null || url.port === '0')
    throw invalidArgument(`Invalid webhook URL ${reprString(text)}: it has no valid host and port.`, 'url');
  return url;
}

/** The host as it is written, without user and port: `http:///path` has none, where browsers would see `path`. */
function hostOf(text: string): string {
  const authority = AUTHORITY.exec(text)?.[1] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1).replace(/:[0-9]*$/, '');
}
