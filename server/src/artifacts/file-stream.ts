import type { FileHandle } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';

/** Which bytes, from a handle that the stream closes, in pieces of what size. */
export interface FileRange {
  readonly handle: FileHandle;
  readonly first: number;
  readonly last: number;
  readonly pieceBytes: number;
}

/**
 * A file, or a part of it. Read like any stream, each piece is a buffer of its own. Piped, the file goes through two
 * buffers by turns: one is read into while the other is being written, and neither is touched before the destination
 * said that it is done with it. Buffers that only the garbage collector gives back would pile up by the dozen.
 */
export class FileStream extends Readable {
  readonly #handle: FileHandle;
  readonly #last: number;
  readonly #pieceBytes: number;
  #at: number;

  constructor({ handle, first, last, pieceBytes }: FileRange) {
    super({ highWaterMark: pieceBytes });
    this.#handle = handle;
    this.#at = first;
    this.#last = last;
    this.#pieceBytes = pieceBytes;
  }

  override _read(): void {
    this.#fill(Buffer.allocUnsafeSlow(this.#nextBytes())).then(
      (piece) => this.push(piece.byteLength === 0 ? null : piece),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#handle.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    // A destination that ends before us is noticed by whoever pipes, and destroys us.
    this.#send(destination as unknown as Writable).catch((error: Error) => this.destroy(error));
    return destination;
  }

  async #send(destination: Writable): Promise<void> {
    const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(this.#nextBytes()));
    let written: Promise<void> = Promise.resolve();
    for (let turn = 0; ; turn = 1 - turn) {
      const piece = await this.#fill((buffers[turn] as Buffer).subarray(0, this.#nextBytes()));
      await written;
      if (piece.byteLength === 0 || this.destroyed) break;
      written = write(destination, piece);
      // It is awaited above, a piece later.
      written.catch(() => {});
    }
    if (this.destroyed) return;
    // Who waits for both must see the end of this before that of the destination.
    this.once('end', () => destination.end());
    this.push(null);
    this.resume();
  }

  #nextBytes(): number {
    return Math.max(0, Math.min(this.#pieceBytes, this.#last + 1 - this.#at));
  }

  /** Reads until the buffer is full or the file ends; empty at the end of the range. */
  async #fill(buffer: Buffer): Promise<Buffer> {
    let filled = 0;
    while (filled < buffer.byteLength) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.byteLength - filled, this.#at);
      if (bytesRead === 0) break;
      filled += bytesRead;
      this.#at += bytesRead;
    }
    return buffer.subarray(0, filled);
  }
}

/** Ends when the destination is done with the piece. */
function write(destination: Writable, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    destination.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}
