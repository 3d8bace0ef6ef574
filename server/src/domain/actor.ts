/** Who acts. Records keep `subjectId`, never the display name (DESIGN section 3). */
export interface Actor {
  readonly subjectId: string;
  readonly kind: 'user' | 'service_account' | 'local' | 'system';
  readonly displayName: string;
  /** What the actor was granted; an empty list may do nothing. */
  readonly grants: readonly Grant[];
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
