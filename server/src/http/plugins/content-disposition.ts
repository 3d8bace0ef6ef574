const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const NOT_ASCII = /[^\x20-\x7e]/;

/**
 * `attachment` with the file's name (RFC 6266), as MLflow writes it: a token or a quoted text, and for other
 * names an ASCII form beside the exact one (RFC 8187).
 */
export function attachment(name: string): string {
  if (!NOT_ASCII.test(name)) return `attachment; filename=${quoted(name)}`;
  const ascii = name.normalize('NFKD').replace(/[^\x20-\x7e]/g, '') || 'download';
  return `attachment; filename=${quoted(ascii)}; filename*=UTF-8''${extended(name)}`;
}

function quoted(text: string): string {
  return TOKEN.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function extended(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
