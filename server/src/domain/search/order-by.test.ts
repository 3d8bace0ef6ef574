import { describe, expect, test } from 'vitest';
import { parseExperimentOrder } from './experiment.ts';
import { parseLoggedModelOrder } from './logged-model.ts';
import { parseModelVersionOrder } from './model-version.ts';
import { parseRegisteredModelOrder } from './registered-model.ts';
import { parseRunOrder } from './run.ts';

const name = { key: 'name', ascending: true };

describe('registered models', () => {
  test('are ordered by name unless told otherwise, and last by name', () => {
    expect(parseRegisteredModelOrder([])).toEqual([name]);
    expect(parseRegisteredModelOrder(['timestamp  DESC'])).toEqual([
      { key: 'last_updated_timestamp', ascending: false },
      name,
    ]);
    expect(parseRegisteredModelOrder(['name desc', 'last_updated_timestamp'])).toEqual([
      { key: 'name', ascending: false },
      { key: 'last_updated_timestamp', ascending: true },
    ]);
  });

  test.each([
    [['name, timestamp'], "Invalid order_by clause 'name, timestamp'. Could not be parsed."],
    [[' name'], "Invalid order_by clause ' name'. Could not be parsed."],
    [[''], "Invalid order_by clause ''. Could not be parsed."],
    [['name foo'], "Invalid ordering key in order_by clause 'name foo'."],
    [['name ASC NULLS LAST'], "Invalid order_by clause 'name ASC NULLS LAST'. Could not be parsed."],
    [['foo'], "Invalid order by key 'foo' specified. Valid keys are '{'name', 'timestamp'}'"],
    [
      ['timestamp', 'last_updated_timestamp DESC'],
      "`order_by` contains duplicate fields: ['timestamp', 'last_updated_timestamp DESC']",
    ],
  ])('%j is refused', (clauses, message) => {
    expect(() => parseRegisteredModelOrder(clauses)).toThrow(message);
  });
});

describe('model versions', () => {
  test('are ordered by last update, name and number', () => {
    expect(parseModelVersionOrder([])).toEqual([
      { key: 'last_updated_timestamp', ascending: false },
      name,
      { key: 'version_number', ascending: false },
    ]);
    expect(parseModelVersionOrder(['attribute.version_number', 'creation_timestamp DESC'])).toEqual([
      { key: 'version_number', ascending: true },
      { key: 'creation_timestamp', ascending: false },
      name,
    ]);
  });

  test('pass over what the prefix says, as in MLflow', () => {
    expect(parseModelVersionOrder(['tags.name DESC'])[0]).toEqual({ key: 'name', ascending: false });
    expect(() => parseModelVersionOrder(['tags.foo'])).toThrow("Invalid order by key 'foo' specified.");
  });
});

describe('experiments', () => {
  test('are ordered by creation, and last by id', () => {
    expect(parseExperimentOrder([])).toEqual([
      { key: 'creation_time', ascending: false },
      { key: 'experiment_id', ascending: true },
    ]);
    expect(parseExperimentOrder(['name', 'name DESC'])).toEqual([
      name,
      { key: 'name', ascending: false },
      { key: 'experiment_id', ascending: false },
    ]);
    expect(() => parseExperimentOrder(['tags.a'])).toThrow('Invalid order_by entity: tag');
  });
});

describe('runs', () => {
  const tie = [
    { kind: 'attribute', key: 'start_time', ascending: false },
    { kind: 'attribute', key: 'run_id', ascending: true },
  ];

  test('are ordered by start and id after what is asked for', () => {
    expect(parseRunOrder([])).toEqual(tie);
    expect(parseRunOrder(['metrics.`m 1` DESC', 'params."a/b"', 'tag.t asc'])).toEqual([
      { kind: 'metric', key: 'm 1', ascending: false },
      { kind: 'param', key: 'a/b', ascending: true },
      { kind: 'tag', key: 't', ascending: true },
      ...tie,
    ]);
    expect(parseRunOrder(['Created'])).toEqual([
      { kind: 'attribute', key: 'start_time', ascending: true },
      tie[1],
    ]);
  });

  test('refuse a field that comes twice under two names, an unclosed quote, and what cannot be ordered by', () => {
    expect(() => parseRunOrder(['created', 'start_time DESC'])).toThrow(
      "`order_by` contains duplicate fields: ['created', 'start_time DESC']",
    );
    expect(() => parseRunOrder(['tags.a\\'])).toThrow('Could not be parsed.');
    expect(() => parseRunOrder(['datasets.name'])).toThrow("Invalid identifier type 'dataset'");
    expect(() => parseRunOrder(['`run name`'])).toThrow("Invalid attribute key 'run name' specified.");
    expect(() => parseRunOrder(Array.from({ length: 100 }, (_, i) => `metrics.m${i}`))).toThrow(
      'too many clauses',
    );
  });
});

describe('logged models', () => {
  test('are ordered by creation and id after what is asked for', () => {
    const clauses = [
      { field_name: 'metrics.a.b', ascending: false, dataset_name: 'd', dataset_digest: '' },
      { field_name: 'creation_time' },
    ];
    expect(parseLoggedModelOrder(clauses)).toEqual([
      { kind: 'metric', key: 'a.b', ascending: false, datasetName: 'd', datasetDigest: null },
      { kind: 'attribute', key: 'creation_timestamp', ascending: true },
      { kind: 'attribute', key: 'model_id', ascending: true },
    ]);
    expect(parseLoggedModelOrder([])[0]).toEqual({
      kind: 'attribute',
      key: 'creation_timestamp',
      ascending: false,
    });
  });

  test('refuse unknown fields with MLflow’s words', () => {
    expect(() => parseLoggedModelOrder([{ field_name: 'foo' }])).toThrow('Invalid order by field name: foo');
    expect(() => parseLoggedModelOrder([{ field_name: 'params.a' }])).toThrow(
      'Invalid order by field name: params.a. Only metrics are supported.',
    );
  });
});
