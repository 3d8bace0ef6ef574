import type { TokenScope } from './api-token.ts';
import type { AuditClient } from './audit-event.ts';
import type { SubjectKind } from './subject.ts';

/** Who acts. Records keep `subjectId`, never the display name (DESIGN section 3). */
export interface Actor {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  readonly displayName: string;
  /** What the actor was granted; an empty list may do nothing. */
  readonly grants: readonly Grant[];
  /** What an identity provider said that the actor belongs to. */
  readonly groups?: readonly string[];
  /** Whoever answers for a service account. */
  readonly ownerId?: string | null;
  /** The token that the request came with: it narrows what was granted. */
  readonly token?: ActorToken | null;
  /** Where the request came from. */
  readonly client?: AuditClient;
}

/** A token in use. */
export interface ActorToken {
  readonly tokenId: string;
  readonly scopes: readonly TokenScope[];
  /** Names of models, and of experiments, that it is good for; null: all. */
  readonly pattern: string | null;
}

/** A role on the resources whose names match `pattern` (`*` = any run of characters). */
export interface Grant {
  readonly role: Role;
  readonly resource: 'model' | 'experiment';
  readonly pattern: string;
}

/** From least to most; each has the verbs of the former (v1-api section 5). */
export const ROLES = ['reader', 'writer', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The one actor while authentication is off: it may do everything. */
export const LOCAL_ACTOR: Actor = {
  subjectId: 'local',
  kind: 'local',
  displayName: 'local',
  grants: [
    { role: 'admin', resource: 'model', pattern: '*' },
    { role: 'admin', resource: 'experiment', pattern: '*' },
  ],
};

/** What takes versions away when their time has run out. */
export const RETENTION: Actor = {
  subjectId: 'system:retention',
  kind: 'system',
  displayName: 'retention',
  grants: [{ role: 'admin', resource: 'model', pattern: '*' }],
};

/** Whoever has the database and the program: the server by itself, and the command line. */
export const OPERATOR: Actor = {
  subjectId: 'operator',
  kind: 'system',
  displayName: 'operator',
  grants: [
    { role: 'admin', resource: 'model', pattern: '*' },
    { role: 'admin', resource: 'experiment', pattern: '*' },
  ],
};
