import type { Grant } from '../../domain/actor.ts';

/** Whom a grant is for. */
export type Grantee =
  | { readonly kind: 'subject'; readonly subjectId: string }
  | { readonly kind: 'group'; readonly group: string };

/** A grant as it was given. */
export interface GivenGrant extends Grant {
  readonly grantId: string;
  readonly to: Grantee;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

export interface GrantReader {
  find(grantId: string): Promise<GivenGrant | null>;
  /** In the order in which they were given; behind a grant. */
  list(page: { after: GivenGrant | null; limit: number }): Promise<GivenGrant[]>;
}

export interface GrantWriter extends GrantReader {
  insert(grant: GivenGrant): Promise<void>;
  delete(grantId: string): Promise<void>;
}
