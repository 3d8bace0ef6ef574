import type { Socket } from 'node:net';

const STATUS: Readonly<Record<string, readonly [status: number, title: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not arrive in time.'],
};
const NOT_HTTP = [400, 'Bad Request', 'The request is not valid HTTP.'] as const;

/**
 * Answers bytes that are no request, or that two servers could read as different ones, and ends the connection, so
 * that nothing after them is read. Which wire was meant cannot be told.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, title, message] = STATUS[error.code ?? ''] ?? NOT_HTTP;
  const body = JSON.stringify({ error_code: 'BAD_REQUEST', message });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroySoon());
}
