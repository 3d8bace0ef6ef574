import type { Identity } from './subject.ts';

/** A browser that is signed in. */
interface Session {
  /** SHA-256 of the cookie's secret, as hex. */
  readonly secretSha256: string;
  readonly subjectId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

interface SessionIdentity extends Identity {
  readonly session: Session;
}

export interface SessionReader {
  /** Also expired ones. */
  findIdentity(secretSha256: string): Promise<SessionIdentity | null>;
}

export interface SessionWriter extends SessionReader {
  insert(session: Session): Promise<void>;
  delete(secretSha256: string): Promise<void>;
  /** All of a subject. */
  deleteAll(subjectId: string): Promise<void>;
  /** Takes away no more than so many that ended before an instant. */
  sweep(instantMs: number, limit: number): Promise<void>;
}
