import type { Hold } from '../../domain/hold.ts';
import type { Lift } from '../../domain/marking.ts';
import type { NameScope } from '../../domain/permission.ts';

/** What holds are looked for by; null: all. */
interface HoldQuery {
  readonly modelId: string | null;
  /** About the version, or about the whole model. */
  readonly version: number | null;
  /** Names of models that may be shown. */
  readonly names: NameScope | null;
  /** Whether lifted ones are wanted, too. */
  readonly withLifted: boolean;
}

export interface HoldReader {
  find(holdId: string): Promise<Hold | null>;
  /** Those that stand, of the model and of its versions; oldest first. */
  listStanding(modelId: string): Promise<Hold[]>;
  /** Newest first; ids grow. */
  search(query: HoldQuery, page: { readonly before: string | null; readonly limit: number }): Promise<Hold[]>;
}

export interface HoldWriter extends HoldReader {
  insert(hold: Hold): Promise<void>;
  /** False: somebody else lifted it before. */
  lift(holdId: string, lifted: Lift): Promise<boolean>;
}
