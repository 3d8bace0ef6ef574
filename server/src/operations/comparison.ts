import type { Actor } from '../domain/actor.ts';
import { compareFiles, type FileDifference } from '../domain/file-comparison.ts';
import {
  compareDatasetMetrics,
  compareMetrics,
  type DatasetMetric,
  type DatasetMetricDifference,
  type Directions,
  judge,
  type MetricDifference,
  type Outcome,
} from '../domain/metric-comparison.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Signature } from '../domain/signature.ts';
import {
  compareSignatures,
  type SignatureChange,
  type SignatureDifference,
  signatureChangeText,
} from '../domain/signature-comparison.ts';
import { compareTexts, type TextDifference } from '../domain/text-comparison.ts';
import { evaluatedOn } from './evaluation-data.ts';
import { experimentResource } from './experiment.ts';
import type { Reader } from './ports.ts';
import type { SealedTree } from './requirement-file.ts';
import { loggedModelOf, type VersionView, viewVersions } from './version-view.ts';

export interface Comparison {
  readonly v1: VersionView;
  readonly v2: VersionView;
  readonly metrics: ReadonlyMap<string, MetricDifference>;
  /** Where the data are named: each metric on each dataset. */
  readonly datasetMetrics: readonly DatasetMetricDifference[];
  readonly hyperparameters: ReadonlyMap<string, TextDifference>;
  /** Those that differ. */
  readonly tags: ReadonlyMap<string, TextDifference>;
  /** Datasets of the runs by name: digests; those that differ. */
  readonly datasets: ReadonlyMap<string, TextDifference>;
  readonly dataVersionChanged: boolean;
  readonly codeVersionChanged: boolean;
  /** Null when a version is not sealed. */
  readonly sizeDiffBytes: number | null;
  readonly files: FileDifference;
  /** Of the sealed files. */
  readonly signature: SignatureDifference;
  readonly verdict: { readonly outcome: Outcome; readonly reasons: readonly string[] };
}

/** A version with what it is compared by. */
export interface Comparable {
  readonly view: VersionView;
  readonly tree: SealedTree;
  readonly signature: Signature | null;
  /** What its logged model was measured on, metric by metric. */
  readonly datasetMetrics: readonly DatasetMetric[];
}

/** Versions of one model, with what the actor may read of their runs. */
export async function findComparable(
  reader: Reader,
  actor: Actor,
  { name, versions }: { readonly name: string; readonly versions: readonly ModelVersion[] },
): Promise<Comparable[]> {
  const views = await viewVersions(reader, actor, { name, versions, withRuns: true });
  const modelId = views.find(({ record }) => record !== null)?.record?.modelId ?? '';
  const signatures = await reader.signatures.list(
    modelId,
    versions.map(({ version }) => version),
  );
  const measured = await readDatasetMetrics(reader, actor, versions);
  const found: Comparable[] = [];
  for (const view of views)
    found.push({
      view,
      tree: await treeOf(reader, view),
      signature: signatures.get(view.version.version) ?? null,
      datasetMetrics: measured.get(loggedModelOf(view.version) ?? '') ?? [],
    });
  return found;
}

/** By logged model; what the actor may not read is as good as absent. */
async function readDatasetMetrics(
  reader: Reader,
  actor: Actor,
  versions: readonly ModelVersion[],
): Promise<ReadonlyMap<string, readonly DatasetMetric[]>> {
  const modelIds = [...new Set(versions.flatMap((version) => loggedModelOf(version) ?? []))];
  const metrics = await reader.loggedModels.listDatasetMetrics(modelIds);
  const readable = metrics.filter(({ experimentName }) =>
    isPermitted(actor, 'read-metadata', experimentResource(experimentName)),
  );
  return Map.groupBy(readable, ({ modelId }) => modelId);
}

async function treeOf(reader: Reader, { record }: VersionView): Promise<SealedTree> {
  if (record?.seal !== 'sealed') return { root: null, manifest: [] };
  const { modelId, version } = record;
  return {
    root: await reader.seals.findRoot(modelId, version),
    manifest: await reader.seals.listManifest(modelId, version),
  };
}

/** What is different, and whether the second is better by the metrics. */
export function compare(a: Comparable, b: Comparable, directions: Directions): Comparison {
  const [v1, v2] = [a.view, b.view];
  const metrics = compareMetrics(
    { metrics: v1.metrics, measuredOn: v1.measuredOn, evaluatedOn: evaluatedOn(v1) },
    { metrics: v2.metrics, measuredOn: v2.measuredOn, evaluatedOn: evaluatedOn(v2) },
    directions,
  );
  const signature = compareSignatures(a.signature, b.signature);
  const { outcome, reasons } = judge(metrics, [v1.version.version, v2.version.version]);
  return {
    v1,
    v2,
    metrics,
    datasetMetrics: compareDatasetMetrics(a.datasetMetrics, b.datasetMetrics, directions),
    hyperparameters: compareTexts(v1.hyperparameters, v2.hyperparameters),
    tags: changedOnly(compareTexts(tagsOf(v1), tagsOf(v2))),
    datasets: changedOnly(compareTexts(datasetsOf(v1), datasetsOf(v2))),
    dataVersionChanged: changed(v1.facts.dataVersion, v2.facts.dataVersion),
    codeVersionChanged: changed(v1.facts.codeVersion, v2.facts.codeVersion),
    sizeDiffBytes: sizeDifference(v1, v2),
    files: compareFiles(a.tree.manifest, b.tree.manifest),
    signature,
    verdict: { outcome, reasons: [...reasons, ...breaks(signature.changes)] },
  };
}

function breaks(changes: readonly SignatureChange[]): string[] {
  const breaking = changes.filter((change) => change.breaking);
  return breaking.length === 0
    ? []
    : [`the signature breaks: ${breaking.map(signatureChangeText).join('; ')}`];
}

/** True also when one side is unknown; both unknown is no change. */
function changed(v1: string | null, v2: string | null): boolean {
  return v1 !== v2;
}

function sizeDifference(v1: VersionView, v2: VersionView): number | null {
  const [a, b] = [v1.record?.sizeBytes ?? null, v2.record?.sizeBytes ?? null];
  return a === null || b === null ? null : Number(b) - Number(a);
}

export function tagsOf({ version }: VersionView): Map<string, string> {
  return new Map(version.tags.map(({ key, value }) => [key, value]));
}

export function datasetsOf({ run }: VersionView): Map<string, string> {
  return new Map((run?.datasetInputs ?? []).map(({ dataset }) => [dataset.name, dataset.digest]));
}

function changedOnly(differences: ReadonlyMap<string, TextDifference>): Map<string, TextDifference> {
  return new Map([...differences].filter(([, { changed }]) => changed));
}
