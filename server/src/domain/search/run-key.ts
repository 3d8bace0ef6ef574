import { invalidArgument } from '../errors.ts';
import { splitIdentifier, trimBackticks, unquoteKey } from './comparison.ts';
import { isOneOf } from './condition.ts';
import { reprSet } from './python-text.ts';

/** What a key of a run search belongs to, by MLflow's own names, which its messages show. */
type RunEntity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset';

export interface RunKey {
  readonly entity: RunEntity;
  /** Of an attribute the canonical name. */
  readonly key: string;
  /** Of an attribute the name as given. */
  readonly written: string;
}

export const runAttributes = [
  'artifact_uri',
  'end_time',
  'run_id',
  'run_name',
  'start_time',
  'status',
  'user_id',
] as const;
export type RunAttribute = (typeof runAttributes)[number];

const entities = new Map<string, RunEntity>([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['parameter', 'parameter'],
  ['parameters', 'parameter'],
  ['param', 'parameter'],
  ['params', 'parameter'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);
const startTimeAliases: readonly [string, RunAttribute][] = [
  ['created', 'start_time'],
  ['Created', 'start_time'],
];
const runNameAliases: readonly [string, RunAttribute][] = [
  ['run name', 'run_name'],
  ['Run name', 'run_name'],
  ['Run Name', 'run_name'],
];
const canonical = runAttributes.map((key) => [key, key] as const);

/** Attribute as written → canonical, for filters and for orders. MLflow: an order knows no alias of `run_name`. */
export const filterAttributes: ReadonlyMap<string, RunAttribute> = new Map([
  ...canonical,
  ...startTimeAliases,
  ...runNameAliases,
]);
export const orderAttributes: ReadonlyMap<string, RunAttribute> = new Map([
  ...canonical,
  ...startTimeAliases,
]);

export const datasetKeys = ['name', 'digest', 'context'] as const;

function readEntity(text: string): RunEntity {
  const name = trimBackticks(text);
  const entity = entities.get(name);
  if (entity !== undefined) return entity;
  throw invalidArgument(
    `Invalid entity type '${name}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`,
  );
}

/** A key like `metrics.loss` or `start_time`. @throws `invalid_argument` for what runs do not have. */
export function readRunKey(text: string, attributes: ReadonlyMap<string, RunAttribute>): RunKey {
  const identifier = splitIdentifier(text);
  const entity = identifier.entity === null ? 'attribute' : readEntity(identifier.entity);
  const written = unquoteKey(identifier.key);
  const attribute = attributes.get(written);
  if (entity === 'attribute' && attribute === undefined) {
    throw invalidArgument(
      `Invalid attribute key '${written}' specified. Valid keys are '${reprSet([...attributes.keys()])}'`,
    );
  }
  if (entity === 'dataset' && !isOneOf(written, datasetKeys)) {
    throw invalidArgument(
      `Invalid dataset key '${written}' specified. Valid keys are '${reprSet(datasetKeys)}'`,
    );
  }
  return { entity, key: (entity === 'attribute' ? attribute : undefined) ?? written, written };
}
