import { describe, expect, test } from 'vitest';
import { RegistryError } from '../errors.ts';
import { parseExperimentFilter } from './experiment.ts';
import { parseLoggedModelFilter } from './logged-model.ts';
import { parseModelVersionFilter } from './model-version.ts';
import { parseRegisteredModelFilter } from './registered-model.ts';
import { parseRunFilter } from './run.ts';

const parsers = [
  parseRegisteredModelFilter,
  parseModelVersionFilter,
  parseExperimentFilter,
  parseRunFilter,
  parseLoggedModelFilter,
];

function refusal(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'invalid_argument') return error.message;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('every filter', () => {
  test('is empty when its text is empty or joins nothing', () => {
    for (const parse of parsers) {
      expect(parse('')).toEqual([]);
      expect(parse('AND and AND')).toEqual([]);
    }
  });

  test('tolerates AND in any case, doubled or trailing, and any white space', () => {
    for (const parse of parsers) {
      expect(parse("tags.a='a' AND\n and\ttags.b   !=\n'b' AnD")).toEqual([
        { kind: 'tag', key: 'a', comparator: '=', value: 'a' },
        { kind: 'tag', key: 'b', comparator: '!=', value: 'b' },
      ]);
    }
  });
});

describe('registered models', () => {
  test('knows the name, lists of names and tags, with quoted keys', () => {
    const text =
      "attribute.name ilike '%a_' and name not in ('x', \"y\") and tag.`a b` != \"c'd\" and tags.k.l = ''";
    expect(parseRegisteredModelFilter(text)).toEqual([
      { kind: 'attribute', key: 'name', comparator: 'ILIKE', value: '%a_' },
      { kind: 'attribute', key: 'name', comparator: 'NOT IN', value: ['x', 'y'] },
      { kind: 'tag', key: 'a b', comparator: '!=', value: "c'd" },
      { kind: 'tag', key: 'k.l', comparator: '=', value: '' },
    ]);
  });

  test('keeps doubled quotes and backslashes as they stand', () => {
    expect(parseRegisteredModelFilter(String.raw`name = 'it''s' and tags.a = 'x\'`)).toEqual([
      { kind: 'attribute', key: 'name', comparator: '=', value: "it''s" },
      { kind: 'tag', key: 'a', comparator: '=', value: 'x\\' },
    ]);
  });

  test.each([
    ["name = 'a' OR name = 'b'", 'Invalid clause(s) in filter string: OR'],
    ['version = 2', 'Invalid clause(s) in filter string: version, =, 2'],
    ["(name = 'a')", "Invalid clause(s) in filter string: (name = 'a')"],
    ["name = 'a';", 'Invalid clause(s) in filter string: ;'],
    [' ', "Invalid filter ' '. Could not be parsed."],
    [
      "name = 'a'; name = 'b'",
      `Search filter contained multiple expression "name = 'a'; name = 'b'". Provide AND-ed expression list.`,
    ],
    [
      "attributes.name = 'a'",
      "Invalid entity type 'attributes'. Valid entity types are ('attribute', 'tag', 'tags')",
    ],
    ["foo = 'a'", "Invalid attribute key 'foo' specified. Valid keys are '{'name'}'"],
    ["`name` = 'a'", "Invalid attribute key '`name`' specified. Valid keys are '{'name'}'"],
    ["name == 'a'", 'Invalid comparator for attribute: =='],
    ["tags.a > 'b'", 'Invalid comparator for tag: >'],
    [
      'name = 5',
      'Expected a quoted string value or a list of quoted string values for attributes. Got value 5',
    ],
    ['tags.a = 5', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"],
    [
      'name = `a`',
      'Parameter value is either not quoted or unidentified quote types used for string value `a`. Use either single or double quotes.',
    ],
    ["f(x) = 'a'", "Invalid comparison clause. Expected 'Identifier' found 'f(x)'"],
    ["name = 'a' /* b */ AND name = 'c'", 'Invalid comparison clause. Expected 3 tokens found 4'],
    [
      'name IN ()',
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    ],
    ["name = ('a', 'b')", "Invalid comparator '=' for a list of values. Use IN or NOT IN."],
    ['tags.a IS NULL', 'Invalid comparator for tag: IS NULL'],
  ])('refuses %j as MLflow does', (text, message) => {
    expect(refusal(parseRegisteredModelFilter, text)).toBe(message);
  });
});

describe('model versions', () => {
  test('knows name, run, source and number, the number with or without quotes', () => {
    const text =
      "version_number >= 2 and version_number < '07' and run_id in ('a') and source_path LIKE 's%'";
    expect(parseModelVersionFilter(text)).toEqual([
      { kind: 'attribute', key: 'version_number', comparator: '>=', value: 2 },
      { kind: 'attribute', key: 'version_number', comparator: '<', value: 7 },
      { kind: 'attribute', key: 'run_id', comparator: 'IN', value: ['a'] },
      { kind: 'attribute', key: 'source_path', comparator: 'LIKE', value: 's%' },
    ]);
  });

  test.each([
    ['version_number = 1.50', "Invalid value for numeric attribute 'version_number': 1.5"],
    ["version_number = 'x'", "Invalid value for numeric attribute 'version_number': 'x'"],
    [
      'version_number = 99999999999999999999',
      "Invalid value for numeric attribute 'version_number': 99999999999999999999",
    ],
    ["version_number LIKE '2'", 'Invalid comparator for attribute version_number: LIKE'],
    [
      "source_path IN ('a')",
      "Only ['name', 'run_id'] attributes support comparison with a list of quoted string values.",
    ],
    [
      'name = 5',
      "Only the '{'version_number', 'creation_timestamp', 'last_updated_timestamp'}' attributes support comparison with numeric values.",
    ],
  ])('refuses %j', (text, message) => {
    expect(refusal(parseModelVersionFilter, text)).toBe(message);
  });
});

describe('experiments', () => {
  test('knows names, ids, times and the presence of tags', () => {
    const text =
      "`name` LIKE 'a%' and experiment_id = '12' and experiment_id NOT IN ('1', ' 2') and " +
      'creation_time > 9007199254740993 and tags.a IS NOT NULL and tag.b is null and last_update_time = -1';
    expect(parseExperimentFilter(text)).toEqual([
      { kind: 'attribute', key: 'name', comparator: 'LIKE', value: 'a%' },
      { kind: 'attribute', key: 'experiment_id', comparator: '=', value: 12 },
      { kind: 'attribute', key: 'experiment_id', comparator: 'NOT IN', value: [1, 2] },
      { kind: 'attribute', key: 'creation_time', comparator: '>', value: 9007199254740993n },
      { kind: 'tag', key: 'a', comparator: 'IS NOT NULL', value: null },
      { kind: 'tag', key: 'b', comparator: 'IS NULL', value: null },
      { kind: 'attribute', key: 'last_update_time', comparator: '=', value: -1 },
    ]);
  });

  test.each([
    ["name like 'a'", "Invalid comparator 'like' not one of '{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'"],
    ["tags.a like 'a'", 'Invalid comparator for tag: like'],
    ['name IS NULL', "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"],
    ["experiment_id = 'x'", "Invalid experiment ID 'x'. Experiment ID must be a valid integer."],
    ["experiment_id > '1'", 'Invalid comparator for experiment_id: >'],
    ['creation_time > 1.5', "Invalid value for numeric attribute 'creation_time': '1.5'"],
    ["creation_time > '1'", "Expected numeric value type for numeric attribute: creation_time. Found '1'"],
    [
      "name IN ('a')",
      "Only ['experiment_id'] attributes support comparison with a list of quoted string values.",
    ],
  ])('refuses %j', (text, message) => {
    expect(refusal(parseExperimentFilter, text)).toBe(message);
  });
});

describe('runs', () => {
  test('resolves prefixes and aliases to canonical keys', () => {
    const text =
      "metrics.loss <= -1.5e3 and metric.`a b` > .5 and params.p is not null and parameter.q ilike 'x' and " +
      "tags.mlflow.user = 'u' and Created >= 5 and attr.end_time < 1.5 and `Run name` = 'n' and run.status != 'FAILED' and " +
      "run_id NOT IN ('a', 'b') and datasets.digest in ('d') and dataset.context LIKE 't%'";
    expect(parseRunFilter(text)).toEqual([
      { kind: 'metric', key: 'loss', comparator: '<=', value: -1500 },
      { kind: 'metric', key: 'a b', comparator: '>', value: 0.5 },
      { kind: 'param', key: 'p', comparator: 'IS NOT NULL', value: null },
      { kind: 'param', key: 'q', comparator: 'ILIKE', value: 'x' },
      { kind: 'tag', key: 'mlflow.user', comparator: '=', value: 'u' },
      { kind: 'attribute', key: 'start_time', comparator: '>=', value: 5 },
      { kind: 'attribute', key: 'end_time', comparator: '<', value: 1.5 },
      { kind: 'tag', key: 'mlflow.runName', comparator: '=', value: 'n' },
      { kind: 'attribute', key: 'status', comparator: '!=', value: 'FAILED' },
      { kind: 'attribute', key: 'run_id', comparator: 'NOT IN', value: ['a', 'b'] },
      { kind: 'dataset', key: 'digest', comparator: 'IN', value: ['d'] },
      { kind: 'dataset', key: 'context', comparator: 'LIKE', value: 't%' },
    ]);
  });

  test.each([
    ["params.a = 'x' OR tags.b = 'y'", "Invalid clause(s) in filter string: 'OR'"],
    [
      "foo.bar = 'x'",
      "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    ],
    [
      "datasets.foo = 'x'",
      "Invalid dataset key 'foo' specified. Valid keys are '{'name', 'digest', 'context'}'",
    ],
    ["metrics.a > 'x'", "Expected numeric value type for metric. Found 'x'"],
    ['metrics.a > 0x1F', "Invalid clause(s) in filter string: 'metrics.a', '>', '0x1F'"],
    ['metrics.a-b > 1', "Invalid comparison clause. Expected 'Identifier' found 'metrics.a-b'"],
    ['params.a = 5', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 5"],
    ['metrics.a LIKE 5', "Invalid comparator 'LIKE' not one of '{'=', '!=', '<', '<=', '>', '>='}"],
    [
      'metrics.a IS NULL',
      "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'a'",
    ],
    ["status IN ('a')", "Only ['run_id'] attributes support comparison with a list of quoted string values."],
    [
      "run_id IN ('a', 1)",
      "While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ('a', 1)",
    ],
    [
      'run_id IN (a)',
      'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.',
    ],
    [
      'start_time > 99999999999999999999',
      "Invalid value for numeric attribute 'start_time': 99999999999999999999",
    ],
  ])('refuses %j', (text, message) => {
    expect(refusal(parseRunFilter, text)).toBe(message);
  });
});

describe('logged models', () => {
  test('takes values without quotes, and the status by name or number', () => {
    const text =
      "name = abc and attributes.model_type in ('x') and status = 'READY' and status != 2 and status IN ('FAILED') and " +
      "creation_time > 5 and metrics.`a b` < inf and params.lr = 0.01 and tags.t like 'x%' and name NOT IN ()";
    expect(parseLoggedModelFilter(text)).toEqual([
      { kind: 'attribute', key: 'name', comparator: '=', value: 'abc' },
      { kind: 'attribute', key: 'model_type', comparator: 'IN', value: ['x'] },
      { kind: 'attribute', key: 'status', comparator: '=', value: '2' },
      { kind: 'attribute', key: 'status', comparator: '!=', value: '2' },
      { kind: 'attribute', key: 'status', comparator: 'IN', value: ['3'] },
      { kind: 'attribute', key: 'creation_timestamp', comparator: '>', value: 5 },
      { kind: 'metric', key: 'a b', comparator: '<', value: Number.POSITIVE_INFINITY },
      { kind: 'param', key: 'lr', comparator: '=', value: '0.01' },
      { kind: 'tag', key: 't', comparator: 'LIKE', value: 'x%' },
      { kind: 'attribute', key: 'name', comparator: 'NOT IN', value: [] },
    ]);
  });

  test.each([
    [
      'metric.a > 1',
      "Invalid entity type: 'metric'. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
    ],
    [
      "metrics.a LIKE 'x'",
      "Invalid comparison operator for metrics.a: 'LIKE'. Expected one of ('<', '<=', '>', '>=', '=', '!=').",
    ],
    [
      "name > 'x'",
      "Invalid comparison operator for attributes.name: '>'. Expected one of ('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN').",
    ],
    ["metrics.a > 'x'", `Invalid value for 'metrics.a': "'x'". Expected a number.`],
    ['tags.a IS NULL', 'Invalid comparison: tags.aIS NULL. Expected a comparison with 3 tokens.'],
    [' ', "Invalid filter string: ' '. Expected a single SQL expression."],
  ])('refuses %j', (text, message) => {
    expect(refusal(parseLoggedModelFilter, text)).toBe(message);
  });
});

describe('limits', () => {
  test.each([
    ['500 conditions', Array(500).fill("name = 'a'").join(' and ')],
    ['3,000 parentheses', `name IN ${'('.repeat(3000)}'a'${')'.repeat(3000)}`],
    ['10,000 listed values', `name IN (${Array(10_000).fill("'a'").join(',')})`],
    ['a megabyte', `name = '${'a'.repeat(1_000_000)}'`],
    ['a pattern of many wildcards', `name LIKE '${'%a'.repeat(1000)}'`],
    ['NUL', "name = '\0'"],
    ['half a surrogate pair', "name = '\ud800'"],
    ['deep lists in a list', `name IN (${'['.repeat(4000)}'a')`],
  ])('beyond them nothing is accepted: %s', (_, text) => {
    for (const parse of parsers) expect(refusal(parse, text)).not.toBe('');
  });

  test('a tag value of 100,000 characters is accepted', () => {
    const value = 'x'.repeat(100_000);
    expect(parseModelVersionFilter(`tags.a = '${value}'`)).toEqual([
      { kind: 'tag', key: 'a', comparator: '=', value },
    ]);
  });
});
