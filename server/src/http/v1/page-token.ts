import { invalidArgument } from '../../domain/errors.ts';

/** No list has a place beyond what a version number can be. */
const GREATEST_POSITION = 2_147_483_647;

/**
 * Opaque to callers: the list that it belongs to and the place where the next page begins, a whole number
 * whose meaning is the list's own.
 */
export function encodePageToken(list: string, position: number): string {
  return Buffer.from(`${list}:${position}`).toString('base64url');
}

/** @throws `invalid_argument` for anything that this list did not give. */
export function parsePageToken(list: string, token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const position = Number(text.slice(list.length + 1));
  // Comparing with the canonical token refuses every other spelling.
  if (!(position >= 0 && position <= GREATEST_POSITION) || encodePageToken(list, position) !== token)
    throw invalidArgument(
      'The page token was not given by this list; take "next_page_token" of its last answer, or begin without.',
      'page_token',
    );
  return position;
}

/** The same for a list that goes on behind a key: a text of its own. */
export function encodeKeyToken(list: string, key: string): string {
  return Buffer.from(`${list}:${key}`).toString('base64url');
}

/** @throws `invalid_argument` for anything that no list of this name gives. */
export function parseKeyToken(list: string, token: string): string {
  const key = Buffer.from(token, 'base64url')
    .toString()
    .slice(list.length + 1);
  if (key === '' || encodeKeyToken(list, key) !== token)
    throw invalidArgument(
      'The page token was not given by this list; take "next_page_token" of its last answer, or begin without.',
      'page_token',
    );
  return key;
}
