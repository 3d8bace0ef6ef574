import { type ArtifactPath, joinArtifactPaths, parseArtifactPath } from '../domain/artifact-path.ts';
import type { GatedScores } from '../domain/gate.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { type Gate, gatesInto, type MetricGate, scoresOf } from '../domain/policy.ts';
import { readScoreTable, type ScoreColumns, scoreKey } from '../domain/score-table.ts';
import { type Slot, stageOfSlot, stageSlot } from '../domain/slot.ts';
import { hasEnded } from '../domain/transition-request.ts';
import { policyOf, requireRevision } from './policy-choice.ts';
import type { Deps, Reader } from './ports.ts';
import { readTextFile } from './text-file.ts';
import { findRunFolder } from './version-place.ts';

/** Larger tables are not read. */
const LIMIT_BYTES = 16 * 1024 * 1024;

interface KnownVersion {
  readonly modelId: string;
  readonly version: ModelVersion;
}

interface LocatedScores {
  readonly file: ArtifactPath;
  readonly sha256: string;
  readonly isLate: boolean;
}

/** What is known of the tables that gates ask for, by `scoreKey`; those are absent that nobody has read. */
export async function findScores(
  { artifacts }: Pick<Deps, 'artifacts'>,
  reader: Reader,
  known: KnownVersion,
  gates: readonly Gate[],
): Promise<ReadonlyMap<string, GatedScores>> {
  const found = new Map<string, GatedScores>();
  for (const columns of scoresOf(gates)) {
    const located = await locate({ artifacts }, reader, known, columns);
    const table = located === null ? null : await reader.scoreTables.find(located.sha256, columns);
    if (located === null || table === null) continue;
    const { sha256, isLate } = located;
    found.set(scoreKey(columns), { sha256, isLate, table });
  }
  return found;
}

/** Among the sealed files of the version, else among those of its run that came through us. */
async function locate(
  { artifacts }: Pick<Deps, 'artifacts'>,
  reader: Reader,
  { modelId, version }: KnownVersion,
  columns: ScoreColumns,
): Promise<LocatedScores | null> {
  const path = parseArtifactPath(columns.path);
  const sealed = await reader.seals.findManifestFile(modelId, version.version, path.text);
  const root = sealed === null ? null : await reader.seals.findRoot(modelId, version.version);
  if (sealed !== null && root !== null)
    return { file: joinArtifactPaths(parseArtifactPath(root), path), sha256: sealed.sha256, isLate: false };
  const folder = await findRunFolder({ reader, artifacts }, version.runId);
  if (folder === null) return null;
  const file = joinArtifactPaths(folder, path);
  const upload = await reader.scoreTables.findUpload(file);
  if (upload === null) return null;
  const { sha256, uploadedAtMs } = upload;
  return { file, sha256, isLate: uploadedAtMs > Number(version.createdAtMs ?? 0) };
}

/**
 * Reads the tables of scores that a version will be judged by when it enters a slot, its own and those of whoever it is
 * compared with, and keeps what they say. Outside of any unit of work: it reads the artifact store.
 */
export async function readScoresBefore(
  deps: Deps,
  { name, version, target }: { readonly name: string; readonly version: number; readonly target: Slot },
): Promise<void> {
  const to = stageOfSlot(target);
  if (to === null) return;
  await readMissing(deps, async (reader) => {
    const record = await reader.versionRecords.find(name, version);
    if (record === null) return [];
    const { modelId } = record;
    const { policy } = await policyOf(deps, reader, { modelId, name });
    return missingOf(deps, reader, { modelId, name, version }, gatesInto(policy, to));
  });
}

/** The same for what a request asks for, under the revision that it was opened with. */
export async function readScoresRequested(deps: Deps, requestId: string): Promise<void> {
  await readMissing(deps, async (reader) => {
    const request = await reader.transitionRequests.find(requestId);
    const model = request === null ? null : await reader.versionRecords.findModel(request.modelId);
    if (request === null || model === null || hasEnded(request.state)) return [];
    const { policy } = await requireRevision(reader, request.policyName, request.policyRevision);
    const gates = gatesInto(policy, stageOfSlot(request.target));
    const { modelId, version } = request;
    return missingOf(deps, reader, { modelId, name: model.name, version }, gates);
  });
}

interface MissingTable extends LocatedScores {
  readonly columns: ScoreColumns;
}

async function missingOf(
  deps: Deps,
  reader: Reader,
  { modelId, name, version }: { readonly modelId: string; readonly name: string; readonly version: number },
  gates: readonly Gate[],
): Promise<MissingTable[]> {
  const missing: MissingTable[] = [];
  for (const gate of gates) {
    if (gate.kind !== 'metric' || gate.samples === null) continue;
    const columns = gate.samples;
    for (const number of [version, ...(await rivalsOf(reader, modelId, gate))]) {
      const row = await reader.modelVersions.find(name, number);
      const located = row === null ? null : await locate(deps, reader, { modelId, version: row }, columns);
      if (located !== null && (await reader.scoreTables.find(located.sha256, columns)) === null)
        missing.push({ ...located, columns });
    }
  }
  return missing;
}

async function rivalsOf(reader: Reader, modelId: string, gate: MetricGate): Promise<readonly number[]> {
  return gate.notWorseThan === null ? [] : reader.slots.listHolders(modelId, stageSlot(gate.notWorseThan));
}

async function readMissing(
  { store, artifacts, digests }: Deps,
  find: (reader: Reader) => Promise<MissingTable[]>,
): Promise<void> {
  for (const { file, sha256, columns } of await store.read(find)) {
    const read = await readTextFile({ artifacts, digests }, file, LIMIT_BYTES);
    // Replaced since it was found: whoever asks next finds the other.
    if (read !== null && read.sha256 !== sha256) continue;
    const table =
      read === null
        ? { kind: 'unreadable' as const, why: `it is gone, or larger than ${LIMIT_BYTES / 1024 / 1024} MiB` }
        : readScoreTable(read.text, columns);
    await store.write(({ scoreTables }) => scoreTables.put(sha256, columns, table));
  }
}
