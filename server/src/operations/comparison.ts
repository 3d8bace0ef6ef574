import type { Actor } from '../domain/actor.ts';
import type { DatasetInput } from '../domain/dataset.ts';
import { compareFiles, type FileDifference } from '../domain/file-comparison.ts';
import {
  compareMetrics,
  type EvaluationData,
  judge,
  type MetricDifference,
  type Outcome,
} from '../domain/metric-comparison.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { compareSignatures, type SignatureDifference } from '../domain/signature-comparison.ts';
import { compareTexts, type TextDifference } from '../domain/text-comparison.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { selectVersion, type VersionSelector } from './version-reference.ts';
import { type VersionView, viewVersion } from './version-view.ts';

export interface Comparison {
  readonly v1: VersionView;
  readonly v2: VersionView;
  readonly metrics: ReadonlyMap<string, MetricDifference>;
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

/** MLflow: the tag of a dataset input that says what the run used it for. */
const CONTEXT_TAG = 'mlflow.data.context';
const EVALUATION = new Set(['eval', 'evaluation', 'test', 'testing', 'validation', 'val', 'valid']);

/** @throws as `selectVersion`. */
export async function compareVersions(
  deps: Deps,
  actor: Actor,
  input: { name: string; version1: VersionSelector; version2: VersionSelector },
): Promise<Comparison> {
  const { name } = input;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    const v1 = await selectVersion(reader, name, input.version1);
    return compareFound(reader, actor, [v1, await selectVersion(reader, name, input.version2)]);
  });
}

/** Two versions of a model, with what the actor may read of their runs. */
export async function compareFound(
  reader: Reader,
  actor: Actor,
  [first, second]: readonly [ModelVersion, ModelVersion],
): Promise<Comparison> {
  const v1 = await viewVersion(reader, actor, first);
  const v2 = await viewVersion(reader, actor, second);
  return {
    ...compare(v1, v2),
    files: compareFiles(await manifestOf(reader, v1), await manifestOf(reader, v2)),
    signature: await compareSigned(reader, v1, v2),
  };
}

/** Whether a run evaluated on the dataset, by what it said of it. */
export function isEvaluation({ tags }: DatasetInput): boolean {
  const context = tags.find(({ key }) => key === CONTEXT_TAG)?.value ?? '';
  return EVALUATION.has(context.toLowerCase());
}

function compare(v1: VersionView, v2: VersionView): Omit<Comparison, 'files' | 'signature'> {
  const metrics = compareMetrics(
    { metrics: v1.metrics, measuredOn: v1.measuredOn, evaluatedOn: evaluatedOn(v1) },
    { metrics: v2.metrics, measuredOn: v2.measuredOn, evaluatedOn: evaluatedOn(v2) },
  );
  return {
    v1,
    v2,
    metrics,
    hyperparameters: compareTexts(v1.hyperparameters, v2.hyperparameters),
    tags: changedOnly(compareTexts(tagsOf(v1), tagsOf(v2))),
    datasets: changedOnly(compareTexts(datasetsOf(v1), datasetsOf(v2))),
    dataVersionChanged: changed(v1.facts.dataVersion, v2.facts.dataVersion),
    codeVersionChanged: changed(v1.facts.codeVersion, v2.facts.codeVersion),
    sizeDiffBytes: sizeDifference(v1, v2),
    verdict: judge(metrics),
  };
}

async function manifestOf(reader: Reader, { record }: VersionView) {
  return record === null ? [] : reader.seals.listManifest(record.modelId, record.version);
}

async function compareSigned(reader: Reader, v1: VersionView, v2: VersionView): Promise<SignatureDifference> {
  const modelId = v1.record?.modelId ?? v2.record?.modelId ?? '';
  const numbers = [v1.version.version, v2.version.version] as const;
  const found = await reader.signatures.list(modelId, numbers);
  return compareSignatures(found.get(numbers[0]) ?? null, found.get(numbers[1]) ?? null);
}

/** True also when one side is unknown; both unknown is no change. */
function changed(v1: string | null, v2: string | null): boolean {
  return v1 !== v2;
}

function sizeDifference(v1: VersionView, v2: VersionView): number | null {
  const [a, b] = [v1.record?.sizeBytes ?? null, v2.record?.sizeBytes ?? null];
  return a === null || b === null ? null : Number(b) - Number(a);
}

/** Digests of the datasets that the run said it was evaluated on, as one text; null: it said nothing. */
export function evaluatedOn({ run }: VersionView): EvaluationData {
  const digests = (run?.datasetInputs ?? []).filter(isEvaluation).map(({ dataset }) => dataset.digest);
  return digests.length === 0 ? null : digests.sort().join(' ');
}

function tagsOf({ version }: VersionView): Map<string, string> {
  return new Map(version.tags.map(({ key, value }) => [key, value]));
}

function datasetsOf({ run }: VersionView): Map<string, string> {
  return new Map((run?.datasetInputs ?? []).map(({ dataset }) => [dataset.name, dataset.digest]));
}

function changedOnly(differences: ReadonlyMap<string, TextDifference>): Map<string, TextDifference> {
  return new Map([...differences].filter(([, { changed }]) => changed));
}
