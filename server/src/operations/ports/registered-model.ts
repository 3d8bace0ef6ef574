import type { Page } from '../../domain/page.ts';
import type { NameScope } from '../../domain/permission.ts';
import type { ModelKind, RegisteredModel } from '../../domain/registered-model.ts';
import type { RegisteredModelSearch } from '../../domain/search/registered-model.ts';
import type { Tag } from '../../domain/tag.ts';

/** Which page of which search. */
export interface SearchPage {
  readonly limit: number;
  readonly offset: number;
}

/** What is needed to guard and number a model's versions. */
interface LockedModel {
  readonly name: string;
  readonly createdAtMs: number | bigint | null;
}

export interface RegisteredModelReader {
  /** The whole model with tags, aliases and latest versions, in one statement. */
  find(name: string): Promise<RegisteredModel | null>;
  /** Whether the name is taken, and by what. */
  findKind(name: string): Promise<ModelKind | null>;
  /** One page, of models whose names are in `readable` (null is every name), in a constant number of statements. */
  search(
    search: RegisteredModelSearch,
    readable: NameScope | null,
    page: SearchPage,
  ): Promise<Page<RegisteredModel>>;
  /** Names beyond `after` in byte order. */
  listNames(after: string, limit: number): Promise<string[]>;
  /** How many models the search matches, counted no further than `limit`. */
  count(search: RegisteredModelSearch, readable: NameScope | null, limit: number): Promise<number>;
}

export interface RegisteredModelWriter extends RegisteredModelReader {
  /** Locks the model's row until the unit of work ends. */
  lock(name: string): Promise<LockedModel | null>;
  /** False, and nothing written, when the name is taken. */
  insert(model: {
    name: string;
    description: string | null;
    tags: readonly Tag[];
    nowMs: number;
  }): Promise<boolean>;
  setDescription(name: string, description: string | null, nowMs: number): Promise<void>;
  /** Moves the time of the last update. */
  touch(name: string, nowMs: number): Promise<void>;
  /** Renames the model with its versions, tags and aliases; all their update times move. */
  rename(name: string, newName: string, nowMs: number): Promise<void>;
  /** Removes the model, its versions (also the deleted ones), tags and aliases. */
  delete(name: string): Promise<void>;
  putTag(name: string, tag: Tag): Promise<void>;
  /** Absent is fine. */
  deleteTag(name: string, key: string): Promise<void>;
}
