import type { Actor } from '../domain/actor.ts';
import { parseKeptVersionId } from '../domain/lineage-edge.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Stage } from '../domain/stage.ts';
import { stageOf } from '../domain/version-stage.ts';
import type { Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** A version that depends on something. */
export interface AffectedVersion {
  readonly modelName: string;
  readonly version: number;
  readonly stage: Stage;
  readonly aliases: readonly string[];
  /** In production, or under an alias: somebody may be served by it. */
  readonly isLive: boolean;
}

/** More dependents are not told of at once. */
const DEPENDENTS = 10_000;
const LOOKED_UP_AT_ONCE = 500;

/**
 * Every living version that depends on a node, as far as the actor may read it, by model name and version. `truncated`:
 * there are more.
 */
export async function findAffected(
  reader: Reader,
  actor: Actor,
  node: string,
): Promise<{ readonly versions: readonly AffectedVersion[]; readonly truncated: boolean }> {
  const ids = await reader.lineage.listVersionsBelow(node, DEPENDENTS + 1);
  const known = ids.slice(0, DEPENDENTS).flatMap((id) => parseKeptVersionId(id) ?? []);
  const names = await reader.versionRecords.namesOf([...new Set(known.map(({ modelId }) => modelId))]);
  const found: AffectedVersion[] = [];
  for (const [modelId, versions] of Map.groupBy(known, (one) => one.modelId)) {
    const name = names.get(modelId);
    if (name === undefined || !isPermitted(actor, 'read-metadata', modelResource(name))) continue;
    const numbers = versions.map(({ version }) => version);
    for (let i = 0; i < numbers.length; i += LOOKED_UP_AT_ONCE)
      found.push(...(await lookUp(reader, { modelId, name }, numbers.slice(i, i + LOOKED_UP_AT_ONCE))));
  }
  const byName = (a: AffectedVersion, b: AffectedVersion) =>
    a.modelName === b.modelName ? a.version - b.version : a.modelName < b.modelName ? -1 : 1;
  return { versions: found.sort(byName), truncated: ids.length > DEPENDENTS };
}

async function lookUp(
  reader: Reader,
  { modelId, name }: { readonly modelId: string; readonly name: string },
  numbers: readonly number[],
): Promise<AffectedVersion[]> {
  const records = await reader.versionRecords.listOfModel(modelId, numbers);
  const rows = await reader.modelVersions.listNumbers(name, numbers);
  return rows.flatMap((row) => {
    const record = records.get(row.version);
    // The name may be another model's by now.
    if (record === undefined || record.deletedAtMs !== null) return [];
    const stage = stageOf(row, record);
    const { aliases, version } = row;
    return [
      { modelName: name, version, stage, aliases, isLive: stage === 'production' || aliases.length > 0 },
    ];
  });
}
