import { Refused } from './locations.ts';

/** Parsers of the settings for S3. Each throws on anything that it does not accept; the caller words the message. */

const UPLOAD_ARGS = ['ServerSideEncryption', 'SSEKMSKeyId', 'StorageClass', 'ACL'] as const;

/** What is said with every object that is made; only what is set. */
export type S3UploadArgs = { readonly [K in (typeof UPLOAD_ARGS)[number]]?: string };

export function parseS3Endpoint(text: string): string {
  const url = new URL(text);
  const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || !isPlain)
    throw new Error('not a plain http URL');
  return url.origin;
}

export function parseBucketOwner(text: string): string {
  if (!/^[0-9]{12}$/.test(text)) throw new Error('not an account');
  return text;
}

export function parseS3UploadArgs(text: string): S3UploadArgs {
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Error('not an object');
  for (const [name, value] of Object.entries(given)) {
    if (!UPLOAD_ARGS.some((known) => known === name)) throw new Refused(`${name} is not known here`);
    // It becomes a header.
    if (typeof value !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(value)) throw new Error('not a text');
  }
  return given;
}
