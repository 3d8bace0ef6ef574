import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress, parseIpv4, parseIpv6 } from './ip-address.ts';

describe('isPublicAddress', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:0808:0808::',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('%s is inside', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '168.63.129.17',
    '2606:4700::1111',
    '2a00:1450:4001:80b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '8.8.8.08',
    '8.8.8.8.',
    '8.8.8.256',
    'fe80::1%eth0',
    '[2606:4700::1111]',
    '2606:4700::1111::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    ':::',
    '8.8.8.8::',
    '2606:47000::1',
  ])('%s is not an address, so it is not public', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});

describe('reading addresses', () => {
  test('every IPv4 address reads as its number', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const bytes = text.split('.').map(Number);
        expect(parseIpv4(text)).toBe(bytes.reduce((bits, byte) => bits * 256n + BigInt(byte), 0n));
      }),
    );
  });

  test('every spelling of an IPv6 address reads as what the URL standard makes of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const normal = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        expect(parseIpv6(text)).not.toBeNull();
        expect(parseIpv6(text)).toBe(parseIpv6(normal));
      }),
    );
  });

  test('an IPv4 address is judged the same inside of IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(isPublicAddress(`::ffff:${text}`)).toBe(isPublicAddress(text));
        expect(isPublicAddress(`64:ff9b::${text}`)).toBe(isPublicAddress(text));
      }),
    );
  });
});
