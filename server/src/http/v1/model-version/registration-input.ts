import type { DatasetInput } from '../../../domain/dataset.ts';
import { isRegistryError, type Problem } from '../../../domain/errors.ts';
import { pythonText, type Scalar } from '../../../domain/python-scalar.ts';
import { parseSemanticVersion } from '../../../domain/semantic-version.ts';
import { parseStage } from '../../../domain/stage.ts';
import type { Registration } from '../../../operations/registration.ts';
import { notValid } from '../validation.ts';

/** The body of a registration, as its schema types it. */
export interface RegistrationBody {
  readonly model_name: string;
  readonly model_type: string;
  readonly description?: string | null;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly hyperparameters?: Readonly<Record<string, Scalar>>;
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
  readonly stage?: string;
  readonly data_version?: string | null;
  readonly code_version?: string | null;
  readonly parent_model?: string | null;
  readonly source?: string | null;
  readonly run_id?: string | null;
  readonly semantic_version?: string | null;
  readonly datasets?: readonly DatasetBody[];
  readonly experiment_name?: string | null;
}

interface DatasetBody {
  readonly name: string;
  readonly digest: string;
  readonly source?: string;
}

/** Body → input of the operation. @throws `invalid_argument` with every problem. */
export function readRegistration(body: RegistrationBody, bodyText: string): Registration {
  const problems: Problem[] = [];
  const read = <T>(parse: () => T, otherwise: T): T => {
    try {
      return parse();
    } catch (error) {
      if (!isRegistryError(error, 'invalid_argument')) throw error;
      problems.push({ path: error.params.path ?? '', message: error.params.message });
      return otherwise;
    }
  };
  const label = body.semantic_version ?? null;
  const input: Registration = {
    name: body.model_name,
    modelType: body.model_type,
    description: body.description ?? null,
    metrics: new Map(Object.entries(body.metrics ?? {})),
    hyperparameters: toTexts(body.hyperparameters ?? {}, numberSources(bodyText, 'hyperparameters')),
    tags: toTexts(body.tags ?? {}, numberSources(bodyText, 'tags')),
    stage: read(() => parseStage(body.stage ?? 'development', '/stage'), 'development'),
    dataVersion: body.data_version ?? null,
    codeVersion: body.code_version ?? null,
    parentModel: body.parent_model ?? null,
    source: body.source ?? null,
    runId: body.run_id ?? null,
    semanticVersion:
      label === null ? null : read(() => parseSemanticVersion(label, '/semantic_version'), null),
    datasets: (body.datasets ?? []).map(toDataset),
    experimentName: body.experiment_name ?? null,
  };
  if (problems.length > 0) throw notValid(problems);
  return input;
}

function toTexts(values: Readonly<Record<string, Scalar>>, sources: ReadonlyMap<string, string>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: pythonText(value, typeof value === 'number' ? sources.get(key) : undefined),
  }));
}

/** The numbers of one object of the body as they are spelled there: `1` and `1.0` are one value in JavaScript. */
function numberSources(bodyText: string, field: string): Map<string, string> {
  const sources = new Map<object, Map<string, string>>();
  const collect = function (
    this: object,
    key: string,
    value: unknown,
    context: { source?: string },
  ): unknown {
    if (typeof value !== 'number' || context.source === undefined) return value;
    const known = sources.get(this) ?? new Map<string, string>();
    sources.set(this, known.set(key, context.source));
    return value;
  };
  // TypeScript's library does not know the third parameter yet.
  const body = JSON.parse(bodyText, collect as (key: string, value: unknown) => unknown);
  return sources.get(body[field]) ?? new Map();
}

function toDataset({ name, digest, source }: DatasetBody): DatasetInput {
  return { dataset: { name, digest, ...describeSource(source), schema: null, profile: null }, tags: [] };
}

/** MLflow: a source is JSON whose form depends on its type (mlflow/data/*_source.py). */
function describeSource(source: string | undefined): { sourceType: string; source: string } {
  if (source === undefined) return { sourceType: 'external', source: '{}' };
  if (/^https?:/i.test(source)) return { sourceType: 'http', source: JSON.stringify({ url: source }) };
  const scheme = /^(s3|gs|dbfs|hdfs):/i.exec(source)?.[1]?.toLowerCase();
  return { sourceType: scheme ?? 'external', source: JSON.stringify({ uri: source }) };
}
