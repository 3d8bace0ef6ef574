import { createHash, createHmac } from 'node:crypto';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Bucket } from './s3-bucket.ts';
import { answered } from './s3-errors.ts';
import type { S3Upload } from './s3-uploads.ts';

const SIGNATURE = 'X-Amz-Signature';

/**
 * Addresses to send the parts 1 to `count` of an upload to, in order. The SDK signs one in a millisecond, which for
 * 10,000 would hold up everybody; so it signs the first, and the rest are made after its pattern (AWS
 * Signature Version 4, query parameters). Where that does not give the first anew, the SDK signs them all.
 */
export async function signPartUrls(
  bucket: S3Bucket,
  upload: S3Upload,
  { count, ttlSeconds }: { count: number; ttlSeconds: number },
): Promise<string[]> {
  const viaSdk = (partNumber: number): Promise<string> => {
    const place = { ...bucket.at, Key: upload.key, UploadId: upload.uploadId };
    const command = new UploadPartCommand({ ...place, PartNumber: partNumber });
    return answered(getSignedUrl(bucket.presigner, command, { expiresIn: ttlSeconds }), null);
  };
  const first = await viaSdk(1);
  const { secretAccessKey } = await answered(bucket.presigner.config.credentials(), null);
  const sign = patternOf(first, secretAccessKey);
  const isSame = sign(1) === first;
  const urls = [first];
  for (let partNumber = 2; partNumber <= count; partNumber++)
    urls.push(isSame ? sign(partNumber) : await viaSdk(partNumber));
  return urls;
}

function patternOf(url: string, secretAccessKey: string): (partNumber: number) => string {
  const at = url.indexOf('?');
  const { host, pathname } = new URL(url);
  const pairs = url.slice(at + 1).split('&');
  const read = (name: string): string =>
    decodeURIComponent(pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '');
  const scope = read('X-Amz-Credential').split('/').slice(1);
  const key = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const head = ['AWS4-HMAC-SHA256', read('X-Amz-Date'), scope.join('/')].join('\n');
  return (partNumber) => {
    const renumbered = pairs.map((pair) =>
      pair.startsWith('partNumber=') ? `partNumber=${partNumber}` : pair,
    );
    const query = renumbered.filter((pair) => !pair.startsWith(`${SIGNATURE}=`)).sort(byName);
    const request = ['PUT', pathname, query.join('&'), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'];
    const digest = createHash('sha256').update(request.join('\n')).digest('hex');
    const signature = hmac(key, `${head}\n${digest}`).toString('hex');
    const signed = renumbered.map((pair) =>
      pair.startsWith(`${SIGNATURE}=`) ? `${SIGNATURE}=${signature}` : pair,
    );
    return `${url.slice(0, at)}?${signed.join('&')}`;
  };
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** By the bytes of the whole: no name here is the beginning of another. */
function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
