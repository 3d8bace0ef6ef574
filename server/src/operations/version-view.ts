import type { Actor } from '../domain/actor.ts';
import { keptVersionId } from '../domain/lineage-edge.ts';
import type { LoggedModelMetric } from '../domain/logged-model.ts';
import { isLater, latestPerKey, type Metric } from '../domain/metric.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Run } from '../domain/run.ts';
import { type Stage, toMlflowStage } from '../domain/stage.ts';
import type { Taint } from '../domain/taint.ts';
import type { Facts, VersionRecord } from '../domain/version-record.ts';
import { NO_FACTS } from '../domain/version-record.ts';
import { stageOf } from '../domain/version-stage.ts';
import { experimentResource } from './experiment.ts';
import type { Author } from './ports/author.ts';
import type { Purge } from './ports/purge.ts';
import type { Verification } from './ports/verification.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeRead, modelResource } from './registered-model.ts';
import { isConflicting } from './version-conflict.ts';
import { selectVersion, type VersionSelector } from './version-reference.ts';

/** A version with everything that v1 says of it. */
export interface VersionView {
  readonly version: ModelVersion;
  /** Null for a version that MLflow wrote and that is not adopted yet. */
  readonly record: VersionRecord | null;
  readonly stage: Stage;
  readonly facts: Facts;
  /** Display names of subjects. */
  readonly createdBy: string;
  readonly authors: readonly string[];
  /** The run, when it is there and may be read. */
  readonly run: Run | null;
  /** Last value of each, of the run and of the logged model; may be NaN or infinite. */
  readonly metrics: ReadonlyMap<string, number>;
  /** The same as the points that they were read from. */
  readonly points: readonly Metric[];
  /** Digest of the dataset that a metric was measured on, where the logged model says so. */
  readonly measuredOn: ReadonlyMap<string, string>;
  readonly hyperparameters: ReadonlyMap<string, string>;
}

const LOGGED_MODEL_SOURCE = /^models:\/+(m-[0-9a-f]{32})$/;

/** A version as one asks for it alone. */
export interface WholeVersion extends VersionView {
  /** Whether others are with it where the policy has room for one. */
  readonly conflicting: boolean;
  /** What reading its files found the last time; null: they are not sealed. */
  readonly verification: Verification | null;
  /** When a file of it was fetched last, as far as was noticed; null: never. */
  readonly lastUsedAtMs: number | null;
  /** That its files are to be removed; null: they are not. */
  readonly purge: Purge | null;
  /** In production for so long that somebody should look whether it still belongs there. */
  readonly isDueForReview: boolean;
  /** Of data that it depends on. */
  readonly taints: readonly Taint[];
}

/** @throws as `selectVersion`. */
export async function getVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; selector: VersionSelector },
): Promise<WholeVersion> {
  const { name, selector } = input;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    const version = await selectVersion(reader, name, selector);
    const view = await viewVersion(reader, actor, version);
    const { record } = view;
    const verification =
      record === null ? null : await reader.verifications.find(record.modelId, version.version);
    const taints =
      record === null ? [] : await reader.taints.listAbove(keptVersionId(record.modelId, version.version));
    const lastUsedAtMs =
      record === null ? null : await reader.versionUses.find(record.modelId, version.version);
    const isLive = record !== null && view.stage === 'production';
    const isGoing = record !== null && toMlflowStage(view.stage) === 'Archived';
    return {
      ...view,
      purge: isGoing ? await reader.purges.find(record) : null,
      isDueForReview: isLive && (await reader.retention.isDueForReview(record)),
      verification,
      lastUsedAtMs,
      taints,
      conflicting: await isConflicting(deps, reader, view),
    };
  });
}

/** One version with its run and logged model. */
export async function viewVersion(reader: Reader, actor: Actor, version: ModelVersion): Promise<VersionView> {
  const views = await viewVersions(reader, actor, {
    name: version.name,
    versions: [version],
    withRuns: true,
  });
  const [view] = views;
  if (view === undefined) throw new Error('a version without a view');
  return view;
}

/** Versions of one model, with their runs and logged models if wanted, in a constant number of statements. */
export async function viewVersions(
  reader: Reader,
  actor: Actor,
  query: { name: string; versions: readonly ModelVersion[]; withRuns: boolean },
): Promise<VersionView[]> {
  const { name, versions, withRuns } = query;
  const numbers = versions.map(({ version }) => version);
  const records = await reader.versionRecords.list(name, numbers);
  const modelId = records.values().next().value?.modelId ?? null;
  const authors = modelId === null ? null : await reader.authors.listOfVersions(modelId, [...records.keys()]);
  const views = versions.map((version) =>
    viewWithoutRun(actor, version, {
      record: records.get(version.version) ?? null,
      authors: authors?.get(version.version) ?? [],
    }),
  );
  if (!withRuns) return views;
  const runs = await reader.runs.findMany(versions.flatMap(({ runId }) => runId || []));
  const models = await reader.loggedModels.findMeasured(
    versions.flatMap((version) => loggedModelOf(version) ?? []),
  );
  return views.map((view) => {
    const { version } = view;
    const run = readable(actor, runs.get(version.runId ?? ''), (found) => found.info.experimentName);
    const model = readable(actor, models.get(loggedModelOf(version) ?? ''), (found) => found.experimentName);
    const metrics = latestPerKey<Metric>([...(run?.metrics ?? []), ...(model?.metrics ?? [])]);
    const params = [...(model?.params ?? []), ...(run?.params ?? [])];
    return {
      ...view,
      run,
      metrics: new Map(metrics.map(({ key, value }) => [key, readValue(value)])),
      points: metrics,
      measuredOn: measuredOn(metrics, model?.metrics ?? []),
      hyperparameters: new Map(params.map(({ key, value }) => [key, value])),
    };
  });
}

/** What a list shows unless it is asked for more. */
function viewWithoutRun(
  actor: Actor,
  version: ModelVersion,
  { record, authors }: { readonly record: VersionRecord | null; readonly authors: readonly Author[] },
): VersionView {
  const creator = authors.find(({ subjectId }) => subjectId === record?.createdBy);
  // Of what MLflow wrote while we were away only its claim is known.
  const createdBy = creator?.name ?? (version.userId || 'unknown');
  const others = authors.filter((author) => author !== creator).map(({ name }) => name);
  return {
    version,
    record,
    stage: stageOf(version, record),
    facts: readableFacts(actor, record?.facts ?? NO_FACTS),
    createdBy,
    authors: [createdBy, ...others.sort()],
    run: null,
    metrics: new Map(),
    points: [],
    measuredOn: new Map(),
    hyperparameters: new Map(),
  };
}

/** A parent that the actor may not read is as good as none. */
function readableFacts(actor: Actor, facts: Facts): Facts {
  const { parent } = facts;
  const hidden =
    parent?.kind === 'model_version' && !isPermitted(actor, 'read-metadata', modelResource(parent.name));
  return hidden ? { ...facts, parent: null } : facts;
}

/** Of each metric shown; a point that the run has, too, is the same measurement. */
function measuredOn(
  shown: readonly Metric[],
  ofModel: readonly LoggedModelMetric[],
): ReadonlyMap<string, string> {
  const known = new Map(ofModel.map((metric) => [metric.key, metric]));
  return new Map(
    shown.flatMap((metric) => {
      const same = known.get(metric.key);
      const digest = same === undefined || isLater(metric, same) ? null : same.datasetDigest;
      return digest === null ? [] : [[metric.key, digest] as const];
    }),
  );
}

/** MLflow: infinities are stored as the greatest doubles. */
function readValue(value: number): number {
  return Math.abs(value) === Number.MAX_VALUE ? value * 2 : value;
}

/** The id of the logged model that a version was made from. */
export function loggedModelOf({ source }: Pick<ModelVersion, 'source'>): string | undefined {
  return LOGGED_MODEL_SOURCE.exec(source ?? '')?.[1];
}

/** What the actor may not read is as good as absent. */
function readable<T>(actor: Actor, found: T | undefined, experimentName: (found: T) => string): T | null {
  if (found === undefined) return null;
  const resource = experimentResource(experimentName(found));
  return isPermitted(actor, 'read-metadata', resource) ? found : null;
}
