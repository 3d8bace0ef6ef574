import type { AliasEntry } from '../../domain/registered-model.ts';

export interface AliasReader {
  /** The version number that the alias points to, or null. */
  find(name: string, alias: string): Promise<number | null>;
  /** All aliases of the model by name. */
  list(name: string): Promise<AliasEntry[]>;
}

export interface AliasWriter extends AliasReader {
  /** Creates or moves the alias. */
  set(name: string, alias: string, version: number): Promise<void>;
  /** Absent is fine. */
  delete(name: string, alias: string): Promise<void>;
}
