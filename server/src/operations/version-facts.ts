import { isRegistryError } from '../domain/errors.ts';
import { frameworkOf, parseFlavors } from '../domain/mlmodel.ts';
import type { Tag } from '../domain/tag.ts';
import type { FactName, Facts, Parent } from '../domain/version-record.ts';
import type { Deps } from './ports.ts';
import type { VersionFiles } from './seal.ts';
import type { ResolvedSource } from './version-source.ts';

/** MLflow: the run tag with the commit that it was started from. */
const GIT_COMMIT_TAG = 'mlflow.source.git.commit';
const MLMODEL_LIMIT_BYTES = 256 * 1024;

/** Facts that nobody gave, and their names. */
export interface InferredFacts {
  readonly facts: Facts;
  readonly inferredFacts: readonly FactName[];
}

/**
 * What MLflow's own data say of a new version (v1-api section 2, Facts): framework from the MLmodel's flavors,
 * code version from the run's commit, data version and parent from version tags of that name, else the digests
 * of the run's datasets and the original of a copy. Reads the artifact store; outside any unit of work.
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
    modelType: await readFramework(deps, version.files),
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

async function readFramework(deps: Deps, files: VersionFiles): Promise<string | null> {
  if (files.kind !== 'here') return null;
  const file = files.seen.find((seen) => seen.relativePath === 'MLmodel');
  if (file === undefined || file.sizeBytes > MLMODEL_LIMIT_BYTES) return null;
  try {
    const opened = await deps.artifacts.open(file.path);
    return frameworkOf(parseFlavors(await readText(opened.stream())));
  } catch (error) {
    // Removed since it was seen.
    if (isRegistryError(error, 'artifact_not_found')) return null;
    throw error;
  }
}

async function readText(stream: NodeJS.ReadableStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MLMODEL_LIMIT_BYTES) break;
  }
  return text + decoder.decode();
}
