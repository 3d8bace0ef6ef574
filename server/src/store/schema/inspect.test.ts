import { expect, test } from 'vitest';
import { kindOfColumn, kindOfType } from './column-kinds.ts';
import type { DatabaseFacts, TableFacts } from './facts.ts';
import { classify, oldServerReason, withoutPassword } from './inspect.ts';
import { MLFLOW_STRUCTURE } from './structure.ts';

function mlflowFacts(change: Record<string, TableFacts | undefined> = {}, revisions = ['dc11669786a5']) {
  const tables = new Map<string, TableFacts>();
  for (const [name, { columns, key }] of Object.entries(MLFLOW_STRUCTURE)) {
    tables.set(name, {
      columns: columns.map((column) => ({
        name: column,
        kind: kindOfColumn(name, column),
        mustBeGiven: true,
      })),
      key,
    });
  }
  for (const [name, table] of Object.entries(change)) {
    if (table === undefined) tables.delete(name);
    else tables.set(name, table);
  }
  return facts(tables, revisions);
}

function facts(tables: Map<string, TableFacts>, revisions: string[] = []): DatabaseFacts {
  return {
    tables,
    revisions,
    indexes: new Set(),
    migrations: new Map(),
    hasDefaultExperiment: true,
    engineVersion: '3.50',
  };
}

const table = (columns: string[], key: string[] = []): TableFacts => ({
  columns: columns.map((name) => ({ name, kind: kindOfColumn('', name), mustBeGiven: false })),
  key,
});

test('a database without tables is empty', () => {
  expect(classify(facts(new Map())).kind).toBe('empty');
});

test('a database whose tables fit is MLflow, without a warning at a known revision', () => {
  expect(classify(mlflowFacts())).toMatchObject({ kind: 'mlflow', revision: 'dc11669786a5', warnings: [] });
});

test('tables that newer releases add do not matter', () => {
  expect(classify(mlflowFacts({ tomorrow: table(['x']) })).kind).toBe('mlflow');
});

test.each([
  { revisions: [], found: 'alembic_version is empty' },
  { revisions: ['a', 'b'], found: 'alembic_version has 2 rows (a, b)' },
])('without a single revision MLflow opens it no more than we do: $found', ({ revisions, found }) => {
  expect(classify(mlflowFacts({}, revisions))).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining('no single revision'),
  });
  expect(classify(mlflowFacts({}, revisions))).toMatchObject({ reason: expect.stringContaining(found) });
});

test('tables newer than the revision are an upgrade that stopped half-way', () => {
  expect(classify(mlflowFacts({}, ['d3e4f5a6b7c8']), 'sqlite:///m.db')).toMatchObject({
    kind: 'unsupported',
    revision: 'd3e4f5a6b7c8',
    reason:
      'This MLflow database is half upgraded: it has revision d3e4f5a6b7c8 of MLflow 3.9, but tables of MLflow ' +
      '3.10 or newer; restore the backup, run `mlflow db upgrade sqlite:///m.db`, and start again.',
  });
});

test('a known revision whose tables do not fit is damaged or half upgraded', () => {
  expect(classify(mlflowFacts({ inputs: undefined }, ['da6fb0208061']))).toMatchObject({
    kind: 'unsupported',
    misfits: ['no table inputs'],
    reason: expect.stringContaining(
      '(revision da6fb0208061 of MLflow 3.13) is damaged or half upgraded (no table inputs)',
    ),
  });
});

test('a column of another kind is unsupported', () => {
  const { columns, key } = MLFLOW_STRUCTURE.registered_model_aliases;
  const name = 'registered_model_aliases';
  const withVersion = (kind: 'text' | 'integer') => {
    const found = columns.map((column) => ({
      name: column,
      kind: column === 'version' ? kind : kindOfColumn(name, column),
      mustBeGiven: true,
    }));
    return classify(mlflowFacts({ [name]: { key, columns: found } }, ['f00dfeed0001']));
  };
  expect(withVersion('integer').kind).toBe('mlflow');
  expect(withVersion('text')).toMatchObject({
    reason: expect.stringContaining('registered_model_aliases.version is of kind text and not integer'),
  });
});

test('tables of the same names of another program are not MLflow', () => {
  const names = ['alembic_version', 'experiments', 'runs'];
  const inspection = classify(facts(new Map(names.map((name) => [name, table(['id'])])), ['abc']));
  expect(inspection).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining('not an MLflow database'),
  });
});

test('a table with a name of ours that we did not make is refused by its name', () => {
  expect(classify(mlflowFacts({ registry_models: table(['x']) }))).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining('a table registry_models that the registry did not make'),
  });
});

test.each([
  ['13.22 (Debian 13.22-1)', false],
  ['9.6.24', false],
  ['14.0', true],
  ['18beta1', true],
])('of PostgreSQL %s it is known whether it is new enough: %s', (version, enough) => {
  const reason = oldServerReason(version);
  expect(reason === null).toBe(enough);
  if (!enough) expect(reason).toContain(`This is PostgreSQL ${version}, but 14 or newer is needed`);
});

test.each([
  ['VARCHAR(256)', 'text'],
  ['character varying', 'text'],
  ['TEXT', 'text'],
  ['BIGINT', 'integer'],
  ['int8', 'integer'],
  ['smallint', 'integer'],
  ['FLOAT', 'real'],
  ['double precision', 'real'],
  ['BOOLEAN', 'boolean'],
  ['timestamp without time zone', 'other'],
  ['JSON', 'other'],
] as const)('a column declared %s is of kind %s', (declared, kind) => {
  expect(kindOfType(declared)).toBe(kind);
});

test('an optional column that a newer release adds does no harm, a demanded one does', () => {
  const { columns, key } = MLFLOW_STRUCTURE.params;
  const known = columns.map((name) => ({ name, kind: 'text' as const, mustBeGiven: true }));
  const withColumn = (mustBeGiven: boolean) =>
    classify(
      mlflowFacts({ params: { columns: [...known, { name: 'kind', kind: 'text', mustBeGiven }], key } }),
    );
  expect(withColumn(false).kind).toBe('mlflow');
  expect(withColumn(true)).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining('params demands a value for kind'),
  });
});

test('a different primary key is unsupported', () => {
  const { columns } = MLFLOW_STRUCTURE.model_versions;
  const inspection = classify(mlflowFacts({ model_versions: table([...columns], ['name', 'version']) }));
  expect(inspection).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining(
      'model_versions has the key (name, version) and not (workspace, name, version)',
    ),
  });
});

test('a missing table is named', () => {
  expect(classify(mlflowFacts({ webhooks: undefined }))).toMatchObject({
    kind: 'unsupported',
    reason: expect.stringContaining('no table webhooks'),
  });
});

test('a database of another program that also uses Alembic is not MLflow', () => {
  const inspection = classify(facts(new Map([['alembic_version', table(['version_num'])]]), ['abc']));
  expect(inspection).toMatchObject({
    kind: 'unsupported',
    revision: 'abc',
    reason: expect.stringContaining('not an MLflow database'),
  });
});

test.each([
  ['postgresql://farm:geheim@db:5432/r', 'postgresql://farm@db:5432/r'],
  [
    'postgresql+psycopg2://farm:g%40h@db/r?sslmode=require',
    'postgresql+psycopg2://farm@db/r?sslmode=require',
  ],
  ['postgresql://db/r?user=farm&password=geheim', 'postgresql://db/r?user=farm'],
  ['postgresql://db/r', 'postgresql://db/r'],
  ['sqlite:////var/lib/r.db', 'sqlite:////var/lib/r.db'],
  ['sqlite:///r.db', 'sqlite:///r.db'],
  ['postgresql://farm:geheim@a:1,b:2/r', undefined],
  ['no uri', undefined],
])('of %s is shown %s', (uri, shown) => {
  expect(withoutPassword(uri)).toBe(shown);
});
