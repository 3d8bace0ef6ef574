import type { Role } from '../../domain/actor.ts';

/** What the settings say about signing in. */
export interface SignInRules {
  /** Nobody signs in: whoever asks is the one local actor. */
  readonly isOff: boolean;
  /** Whether name and password are good for signing in. */
  readonly passwords: boolean;
  /** Keys of names (`subjectNameKey`) of users who approve on all models. */
  readonly productionApprovers: ReadonlySet<string>;
  /** Roles that members of groups have on everything. */
  readonly groupRoles: ReadonlyMap<string, Role>;
}
