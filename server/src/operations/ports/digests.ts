/** Cryptographic digests, as 64 lower-case hex digits. */
export interface Digests {
  sha256(text: string): string;
  sha256Bytes(data: Uint8Array): string;
  sha256Stream(stream: NodeJS.ReadableStream): Promise<string>;
  /** Of texts that come one after another. */
  sha256Running(): RunningDigest;
}

/** `hex` once, at the end. */
interface RunningDigest {
  add(text: string): void;
  hex(): string;
}
