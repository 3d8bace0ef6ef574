/** The key that checkpoints are signed with. */
export interface AuditSigner {
  /** Names the log, in every checkpoint: the same as long as the key is. */
  readonly origin: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(text: string): Uint8Array;
}

/** Whether an Ed25519 signature over the text is by the key. */
export type VerifySignature = (text: string, signature: Uint8Array, publicKey: Uint8Array) => boolean;
