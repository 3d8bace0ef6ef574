/** Why a request got no answer, in a few words: nothing of it shows addresses or what lies behind them. */

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  EADDRNOTAVAIL: 'the host cannot be reached',
};

const TLS_CODE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/;

/** `late`: the deadline had passed. */
export function failureReason(error: unknown, late: boolean): string {
  if (late) return 'no answer in time';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (TLS_CODE.test(code)) return `the certificate or TLS was not accepted (${code})`;
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return 'the request failed';
}
