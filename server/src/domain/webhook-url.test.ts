import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RegistryError } from './errors.ts';
import { parseWebhookUrl } from './webhook-url.ts';

const BOTH = ['http', 'https'];

describe('parseWebhookUrl', () => {
  test.each([
    ['https://example.org/hook?a=b#c', 'example.org'],
    ['HTTPS://EXAMPLE.org/', 'example.org'],
    ['https://user:password@example.org:8443/', 'example.org'],
    ['https://[2606:4700::1111]:8443/', '[2606:4700::1111]'],
    ['https://bücher.example/ünï', 'xn--bcher-kva.example'],
    // What other programs take for loopback is read as that, so that it is refused as such.
    ['https://0x7f.1/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://2130706433/', '127.0.0.1'],
    ['https://①②⑦.0.0.1/', '127.0.0.1'],
    ['https://%31%32%37.0.0.1/', '127.0.0.1'],
  ])('%s leads to %s', (text, host) => {
    expect(parseWebhookUrl(text, ['https']).hostname).toBe(host);
  });

  test.each([
    [' ', "Webhook URL cannot be empty or just whitespace: ' '"],
    ['http://example.org/', "Invalid webhook URL scheme: 'http'. Allowed schemes are: https."],
    ['ftp://example.org/', "Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https."],
    ['file:///etc/passwd', "Invalid webhook URL scheme: 'file'. Allowed schemes are: https."],
    ['example.org', "Invalid webhook URL scheme: ''. Allowed schemes are: https."],
    ['//example.org', "Invalid webhook URL scheme: ''. Allowed schemes are: https."],
    ['https://', "Webhook URL must include a hostname: 'https://'"],
    ['https:///path', "Webhook URL must include a hostname: 'https:///path'"],
    ['https:example.org', "Webhook URL must include a hostname: 'https:example.org'"],
    ['https://user@/', "Webhook URL must include a hostname: 'https://user@/'"],
    ['https://:443/', "Webhook URL must include a hostname: 'https://:443/'"],
  ])('%s is refused in MLflow’s words', (text, sentence) => {
    expect(() => parseWebhookUrl(text, ['https'])).toThrow(sentence);
  });

  test.each([
    'https://[::1/',
    'https://example.org:99999/',
    'https://example.org:0/',
    'https://a b/',
    ' https://example.org/',
    'https://example.org/\n',
    'https://example.org\t/',
    'https://public.example\\@127.0.0.1/',
    `https://example.org/${'x'.repeat(500)}`,
  ])('%j is refused', (text) => {
    expect(() => parseWebhookUrl(text, BOTH)).toThrow(RegistryError);
  });

  test('the sentence lists the schemes that are allowed', () => {
    expect(() => parseWebhookUrl('ftp://x', BOTH)).toThrow('Allowed schemes are: http, https.');
  });

  test('any text gives a URL of an allowed scheme with a host, or a refusal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((text) => `https://${text}`),
        ),
        (text) => {
          try {
            const url = parseWebhookUrl(text, BOTH);
            expect(['http:', 'https:']).toContain(url.protocol);
            expect(url.hostname).not.toBe('');
          } catch (error) {
            expect(error).toBeInstanceOf(RegistryError);
          }
        },
      ),
    );
  });
});
