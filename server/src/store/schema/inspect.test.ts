import { expect, test } from 'vitest';
import type { DatabaseFacts, TableFacts } from './facts.ts';
import { classify, withoutPassword } from './inspect.ts';
import { MLFLOW_STRUCTURE } from './structure.ts';

function mlflowFacts(change: Record<string, TableFacts | undefined> = {}, revisions = ['dc11669786a5']) {
  const tables = new Map<string, TableFacts>();
  for (const [name, { columns, key }] of Object.entries(MLFLOW_STRUCTURE)) {
    tables.set(name, { columns: columns.map((column) => ({ name: column, mustBeGiven: true })), key });
  }
  for (const [name, table] of Object.entries(change)) {
    if (table === undefined) tables.delete(name);
    else tables.set(name, table);
  }
  return facts(tables, revisions);
}

function facts(tables: Map<string, TableFacts>, revisions: string[] = []): DatabaseFacts {
  return { tables, revisions, indexes: new Set(), migrations: new Map(), hasDefaultExperiment: true };
}

const table = (columns: string[], key: string[] = []): TableFacts => ({
  columns: columns.map((name) => ({ name, mustBeGiven: false })),
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

test('a missing revision is a warning when the tables fit', () => {
  expect(classify(mlflowFacts({}, []))).toMatchObject({
    kind: 'mlflow',
    revision: null,
    warnings: [expect.stringContaining('no revision')],
  });
});

test('an optional column that a newer release adds does no harm, a demanded one does', () => {
  const { columns, key } = MLFLOW_STRUCTURE.params;
  const known = columns.map((name) => ({ name, mustBeGiven: true }));
  const withColumn = (mustBeGiven: boolean) =>
    classify(mlflowFacts({ params: { columns: [...known, { name: 'kind', mustBeGiven }], key } }));
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
    revision: null,
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
