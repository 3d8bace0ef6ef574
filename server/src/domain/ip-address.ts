/**
 * Which IP addresses the server may connect to on behalf of a user: only those that anyone on the internet can
 * reach. Read from IANA's registries of special-purpose addresses (IPv4, IPv6) and MLflow's `_is_public_ip`, and
 * stricter than the latter where an address may lead back inside.
 */

type Block = readonly [prefix: string, bits: number];

/** IPv4 that is not globally reachable, and one address of a cloud's own that looks as if it were. */
const INNER_V4: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Inside of 2000::/3: protocol assignments with Teredo, documentation, 6to4. */
const INNER_V6: readonly Block[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/**
 * Whether an address in canonical text is public. IPv4 inside of IPv6 (mapped, NAT64) is judged as IPv4; what is
 * not an address, or names a zone, is not public.
 */
export function isPublicAddress(text: string): boolean {
  const v4 = parseIpv4(text);
  if (v4 !== null) return isPublicV4(v4);
  const v6 = parseIpv6(text);
  if (v6 === null) return false;
  const embedded = embeddedV4(v6);
  if (embedded !== null) return isPublicV4(embedded);
  return isIn(v6, ['2000::', 3]) && !INNER_V6.some((block) => isIn(v6, block));
}

function isPublicV4(bits: bigint): boolean {
  return !INNER_V4.some(([prefix, length]) => {
    const shift = BigInt(32 - length);
    return bits >> shift === (parseIpv4(prefix) ?? -1n) >> shift;
  });
}

function isIn(bits: bigint, [prefix, length]: Block): boolean {
  const shift = BigInt(128 - length);
  return bits >> shift === (parseIpv6(prefix) ?? -1n) >> shift;
}

function embeddedV4(bits: bigint): bigint | null {
  return isIn(bits, ['::ffff:0:0', 96]) || isIn(bits, ['64:ff9b::', 96]) ? bits & 0xffff_ffffn : null;
}

/** Four decimal numbers without leading zeros, as 32 bits; null for any other text. */
export function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

/** RFC 4291 text without a zone, as 128 bits; null for any other text. */
export function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

/** `mayEndInV4`: the last four bytes may be written as IPv4. */
function parseGroups(text: string, mayEndInV4: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const v4 = mayEndInV4 && index === parts.length - 1 ? parseIpv4(part) : null;
    if (v4 !== null) groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
