/** MLflow: shown as text, whatever they are; in this case of letters only. */
const TEXT_EXTENSIONS = new Set([
  'txt',
  'log',
  'err',
  'cfg',
  'conf',
  'cnf',
  'cf',
  'ini',
  'properties',
  'prop',
  'hocon',
  'toml',
  'yaml',
  'yml',
  'xml',
  'json',
  'js',
  'py',
  'py3',
  'csv',
  'tsv',
  'md',
  'rst',
  'ipynb',
  'MLmodel',
  'MLproject',
]);

/** Endings in lower case. What is not here is bytes. */
const MEDIA_TYPES = new Map([
  ['avi', 'video/x-msvideo'],
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['css', 'text/css'],
  ['flac', 'audio/flac'],
  ['gif', 'image/gif'],
  ['h5', 'application/x-hdf5'],
  ['hdf', 'application/x-hdf'],
  ['heic', 'image/heic'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['ico', 'image/vnd.microsoft.icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['mjs', 'text/javascript'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['oga', 'audio/ogg'],
  ['ogg', 'audio/ogg'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['ps', 'application/postscript'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['wasm', 'application/wasm'],
  ['wav', 'audio/x-wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['zip', 'application/zip'],
  ...[...TEXT_EXTENSIONS].map((extension) => [extension, 'text/plain'] as const),
]);

/** Endings of compressed files; the type is that of what was compressed, when it is known. */
const COMPRESSED = new Set(['bz2', 'gz', 'xz', 'br', 'z']);
const BYTES = 'application/octet-stream';

/** The media type of a file by its name, as MLflow tells it to browsers. */
export function mediaType(name: string): string {
  const extension = extensionOf(name);
  if (TEXT_EXTENSIONS.has(extension === '' ? name : extension)) return 'text/plain';
  const lower = extension.toLowerCase();
  if (COMPRESSED.has(lower))
    return MEDIA_TYPES.get(extensionOf(name.slice(0, -lower.length - 1)).toLowerCase()) ?? BYTES;
  return MEDIA_TYPES.get(lower) ?? BYTES;
}

/** What follows the last dot; nothing when the name has none but leading ones. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && /[^.]/.test(name.slice(0, dot)) ? name.slice(dot + 1) : '';
}
