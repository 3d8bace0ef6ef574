import { fromBase64, toBase64 } from './signed-note.ts';

/** What a log claims: its first `size` events have this root (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log: the same in all its checkpoints. */
  readonly origin: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly root: string;
}

/** The text that is signed. */
export function renderCheckpoint({ origin, size, root }: Checkpoint): string {
  const bytes = root.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  return `${origin}\n${size}\n${toBase64(Uint8Array.from(bytes))}\n`;
}

/** Null when the text is none. Lines behind the third are extensions, which we have none of and which change nothing. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = fromBase64(root);
  if (origin === '' || !/^(0|[1-9][0-9]{0,15})$/.test(size) || bytes?.length !== 32) return null;
  return {
    origin,
    size: Number(size),
    root: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}
