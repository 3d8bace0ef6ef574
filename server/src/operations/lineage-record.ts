import type { KeptEdge } from '../domain/lineage-edge.ts';
import { keptVersionId, versionEdges } from '../domain/lineage-edge.ts';
import type { Facts } from '../domain/version-record.ts';
import type { UntracedVersion } from './ports/lineage.ts';
import type { Deps, Writer } from './ports.ts';
import { loggedModelOf } from './version-view.ts';

/** A version as its lineage is kept. */
interface TracedVersion {
  readonly modelId: string;
  readonly version: number;
  readonly facts: Facts;
  readonly runId: string | null;
  readonly loggedModelId: string | null;
  /** The version whose files it took over; null: it is no copy. */
  readonly copyOf: VersionName | null;
}

interface VersionName {
  readonly name: string;
  readonly version: number;
}

/**
 * Keeps what a version says of where it comes from, and what MLflow's tables say of its run, in the caller's unit of work.
 * What is kept already stays as it was first said.
 */
export async function recordLineage(
  writer: Writer,
  { modelId, version, facts, runId, loggedModelId, copyOf }: TracedVersion,
  said: { readonly by: string; readonly atMs: number },
): Promise<void> {
  const parents = [facts.parent?.kind === 'model_version' ? facts.parent : null, copyOf];
  const parentIds: string[] = [];
  for (const parent of parents) {
    const origin = parent === null ? null : await writer.versionRecords.findIdentity(parent.name);
    if (parent !== null && origin !== null) parentIds.push(keptVersionId(origin.modelId, parent.version));
  }
  const versionId = keptVersionId(modelId, version);
  const edges = versionEdges({ versionId, facts, parentIds, runId, loggedModelId });
  await writer.lineage.keep(edges.map((edge) => inferred(edge, said)));
  if (runId !== null && runId !== '') await writer.lineage.addOfRun(runId, said);
}

function inferred(
  edge: Pick<KeptEdge, 'upstream' | 'downstream' | 'kind'>,
  { by, atMs }: { readonly by: string; readonly atMs: number },
): KeptEdge {
  return { ...edge, origin: 'inferred', declaredBy: by, atMs, upstreamLabel: null, downstreamLabel: null };
}

const COPY = /^models:\/+(.+)\/([1-9][0-9]{0,9})$/;

/** MLflow: a copy has the original as its source. */
function copiedFrom(source: string | null): VersionName | null {
  const [, name, version] = COPY.exec(source ?? '') ?? [];
  return name === undefined ? null : { name, version: Number(version) };
}

/** So many versions have their lineage kept in one unit of work: others wait for it. */
const TRACED_AT_ONCE = 50;

/** Keeps the lineage of versions that MLflow, or an older release of ours, registered. False: there are no more. */
export async function traceSome(deps: Deps): Promise<boolean> {
  const untraced = await deps.store.read(({ lineage }) => lineage.listUntraced(TRACED_AT_ONCE));
  if (untraced.length === 0) return false;
  await deps.store.write(async (writer) => {
    for (const one of untraced) await trace(writer, one);
  });
  return untraced.length === TRACED_AT_ONCE;
}

async function trace(writer: Writer, { modelId, modelName, version }: UntracedVersion): Promise<void> {
  const [records, row] = [
    await writer.versionRecords.listOfModel(modelId, [version]),
    await writer.modelVersions.find(modelName, version),
  ];
  const record = records.get(version);
  // A deleted one has nothing left to say; what depends on it says so itself.
  if (record !== undefined && record.deletedAtMs === null && row !== null)
    await recordLineage(
      writer,
      {
        modelId,
        version,
        facts: record.facts,
        copyOf: copiedFrom(row.source),
        runId: row.runId,
        loggedModelId: loggedModelOf(row) ?? null,
      },
      { by: record.createdBy, atMs: Number(record.createdAtMs) },
    );
  await writer.lineage.setTraced(modelId, version);
}
