import type { Grant } from '../../domain/actor.ts';
import type { Subject } from '../../domain/subject.ts';

/** A subject with what it was granted, itself and through its groups. */
export interface Identity {
  readonly subject: Subject;
  readonly groups: readonly string[];
  readonly grants: readonly Grant[];
}

/** One that a password may belong to. */
export interface PasswordIdentity extends Identity {
  /** PHC string; null when it has none. */
  readonly passwordHash: string | null;
}

/** Who a subject is at an identity provider. */
interface ExternalIdentity {
  readonly issuer: string;
  readonly externalId: string;
}

export interface SubjectReader {
  find(subjectId: string): Promise<Subject | null>;
  /** By the key of a name (`subjectNameKey`). */
  findIdentity(nameKey: string): Promise<PasswordIdentity | null>;
  findExternal(identity: ExternalIdentity): Promise<Identity | null>;
  /** Those that exist, with what they were granted. */
  listIdentities(subjectIds: readonly string[]): Promise<Identity[]>;
  /** The names of many at once; those that do not exist are absent. */
  names(subjectIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Users and service accounts by name, behind a name. */
  list(page: { after: string | null; limit: number }): Promise<Subject[]>;
  /** Whether anybody who is not disabled is admin on every model. */
  hasAdmin(): Promise<boolean>;
}

export interface SubjectWriter extends SubjectReader {
  /** False when the name or the external identity is somebody's already. */
  insert(
    subject: Subject & {
      readonly nameKey: string;
      readonly passwordHash: string | null;
      readonly external: ExternalIdentity | null;
    },
  ): Promise<boolean>;
  setPassword(subjectId: string, passwordHash: string | null): Promise<void>;
  /** Null: may sign in again. */
  setDisabled(subjectId: string, disabledAtMs: number | null): Promise<void>;
  setOwner(subjectId: string, ownerId: string): Promise<void>;
  /** A user has no owner. */
  setKind(subjectId: string, kind: 'user'): Promise<void>;
  /** False when the name is somebody else's. */
  rename(
    subjectId: string,
    name: { readonly name: string; readonly nameKey: string | null },
  ): Promise<boolean>;
  setGroups(subjectId: string, groups: readonly string[]): Promise<void>;
}
