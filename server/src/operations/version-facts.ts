import { frameworkOf } from '../domain/mlmodel.ts';
import type { Tag } from '../domain/tag.ts';
import type { FactName, Facts, Parent } from '../domain/version-record.ts';
import type { Deps } from './ports.ts';
import type { VersionFiles } from './seal.ts';
import type { ResolvedSource } from './version-source.ts';

/** MLflow: the run tag with the commit that it was started from. */
const GIT_COMMIT_TAG = 'mlflow.source.git.commit';

/** Facts that nobody gave, and their names. */
export interface InferredFacts {
  readonly facts: Facts;
  readonly inferredFacts: readonly FactName[];
}

/**
 * What MLflow's own data say of a new version (v1-api section 2, Facts): framework from the MLmodel's flavors,
 * code version from the run's commit, data version and parent from version tags of that name, else the digests
 * of the run's datasets and the original of a copy.
 */
export async function inferFacts(
  deps: Deps,
  version: { source: ResolvedSource; files: VersionFiles; tags: readonly Tag[] },
): Promise<InferredFacts> {
  const { source, tags } = version;
  const run = source.runId ? await deps.store.read((reader) => reader.runs.find(source.runId ?? '')) : null;
  const tag = (key: string) => tags.findLast((one) => one.key === key)?.value || null;
  const digests = [...new Set(run?.datasetInputs.map((input) => input.dataset.digest) ?? [])];
  const facts: Facts = {
    modelType: version.files.kind === 'here' ? frameworkOf(version.files.mlmodel?.flavors ?? []) : null,
    codeVersion: run?.tags.find((one) => one.key === GIT_COMMIT_TAG)?.value || null,
    dataVersion: tag('data_version') ?? (digests.length > 0 ? digests.join(',') : null),
    parent: parentOf(tag('parent_model'), source),
  };
  const named: [FactName, unknown][] = [
    ['model_type', facts.modelType],
    ['data_version', facts.dataVersion],
    ['code_version', facts.codeVersion],
    ['parent_model', facts.parent],
  ];
  return { facts, inferredFacts: named.filter(([, value]) => value !== null).map(([name]) => name) };
}

function parentOf(tagged: string | null, { copyOf }: ResolvedSource): Parent | null {
  if (tagged !== null) return { kind: 'external', name: tagged };
  return copyOf === null ? null : { kind: 'model_version', ...copyOf };
}
