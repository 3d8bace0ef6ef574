import type { Hold } from '../../domain/hold.ts';
import type { VersionKey } from './retention.ts';

/** What keeps versions of many models, each asked for in one statement. */
export interface RetentionKeeperReader {
  /** Standing ones, of models and of their versions. */
  listHolds(modelIds: readonly string[]): Promise<readonly Hold[]>;
  /** Open transition requests. */
  listRequests(
    modelIds: readonly string[],
  ): Promise<readonly (VersionKey & { readonly requestId: string })[]>;
  listAliases(
    modelNames: readonly string[],
  ): Promise<readonly { readonly modelName: string; readonly version: number; readonly alias: string }[]>;
  /**
   * Node ids of all versions that are downstream of each version, `limit` in all at most: then there may be more.
   */
  listVersionsBelow(
    versions: readonly VersionKey[],
    limit: number,
  ): Promise<readonly (VersionKey & { readonly below: string })[]>;
}
