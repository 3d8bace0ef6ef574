import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A collection of young objects takes about a millisecond. */
const COLLECT_EVERY_BYTES = 16 * 1_048_576;

let received = 0;
let collectYoung: (() => void) | null = null;

/**
 * Tells how many bytes came from a server that we asked. Node's client makes a buffer for what the socket has read and
 * another for what of it is the body, and nobody but the collector can free the first. It comes when 64 MiB of them
 * have gathered; so it is called earlier.
 */
export function noteReceived(bytes: number): void {
  received += bytes;
  if (received < COLLECT_EVERY_BYTES) return;
  received = 0;
  collectYoung ??= collector();
  collectYoung();
}

function collector(): () => void {
  // The function is made with the context; the flag has no other effect.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  return () => collect({ type: 'minor' });
}
