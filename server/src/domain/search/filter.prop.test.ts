import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { RegistryError } from '../errors.ts';
import { type ExperimentCondition, parseExperimentFilter, parseExperimentOrder } from './experiment.ts';
import { parseLoggedModelFilter } from './logged-model.ts';
import { parseLoggedModelToken } from './logged-model-token.ts';
import { parseModelVersionFilter, parseModelVersionOrder } from './model-version.ts';
import { encodeOffsetToken, parseOffsetToken } from './page-token.ts';
import { parseRegisteredModelFilter, parseRegisteredModelOrder } from './registered-model.ts';
import { parseRunFilter, parseRunOrder, type RunCondition } from './run.ts';
import { readStringList } from './string-list.ts';
import { tokenize } from './tokenizer.ts';

type Condition = RunCondition | ExperimentCondition;

const filters = [
  parseRegisteredModelFilter,
  parseModelVersionFilter,
  parseExperimentFilter,
  parseRunFilter,
  parseLoggedModelFilter,
];
const orders = [parseRegisteredModelOrder, parseModelVersionOrder, parseExperimentOrder, parseRunOrder];

/** Text that is likely to be nearly a filter. */
const words =
  "name tags.a metrics.`b c` run_id = != < LIKE NOT IN IS NULL ( ) ['a', 'b' \"c\" 1 -2.5e3 AND OR ; , . ' \" ` \\ -- /* */ [ ] $ :: é 😀 WHERE AS DESC timestamp f(x)".split(
    ' ',
  );
const nearFilter = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
  .chain((parts) => fc.constantFrom(parts.join(' '), parts.join('')));

function survives(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as RegistryError).code).toBe('invalid_argument');
  }
}

/** Single quotes hold any text without quotes and backslashes; double ones would do, too. */
const value = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/['\\\0]/.test(text));
const listed = fc.array(
  value.filter((text) => !/[\r\n]/.test(text)),
  { minLength: 1, maxLength: 4 },
);
const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((text) => !/[`'"\0]/.test(text));
const text = fc.constantFrom('=', '!=', 'LIKE', 'ILIKE');
const list = fc.constantFrom('IN', 'NOT IN');
const number = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const presence = fc.constantFrom('IS NULL', 'IS NOT NULL');
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));
const integer = fc.maxSafeInteger();

function condition(kind: string, keys: fc.Arbitrary<string>, tests: fc.Arbitrary<object>) {
  return fc.tuple(keys, tests).map(([name, found]) => ({ kind, key: name, ...found }) as Condition);
}

const textTest = fc.record({ comparator: text, value });
const listTest = fc.record({ comparator: list, value: listed });
const integerTest = fc.record({ comparator: number, value: integer });
const nullTest = fc.record({ comparator: presence, value: fc.constant(null) });
const keyed = fc.oneof(textTest, nullTest);

const runCondition = fc.oneof(
  condition('attribute', fc.constant('run_id'), fc.oneof(textTest, listTest)),
  condition('attribute', fc.constantFrom('user_id', 'status', 'artifact_uri'), textTest),
  condition('attribute', fc.constantFrom('start_time', 'end_time'), integerTest),
  condition('metric', key, fc.record({ comparator: number, value: double })),
  condition('param', key, keyed),
  condition('tag', key, keyed),
  condition('dataset', fc.constantFrom('name', 'digest', 'context'), fc.oneof(textTest, listTest)),
);
const experimentCondition = fc.oneof(
  condition('attribute', fc.constant('name'), textTest),
  condition('attribute', fc.constantFrom('creation_time', 'last_update_time'), integerTest),
  condition('tag', key, keyed),
);

function renderValue(found: Condition): string {
  if (found.value === null) return '';
  if (Array.isArray(found.value)) return `(${found.value.map((item) => `'${item}'`).join(', ')})`;
  return typeof found.value === 'string' ? `'${found.value}'` : String(found.value).replace('e+', 'e');
}

function render(conditions: readonly Condition[]): string {
  const clauses = conditions.map((found) => {
    const name = found.kind === 'attribute' ? found.key : `${found.kind}.\`${found.key}\``;
    return `${name} ${found.comparator} ${renderValue(found)}`;
  });
  return clauses.join(' AND ');
}

describe('for all texts', () => {
  test('a filter is parsed or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(nearFilter, (written) => {
        for (const parse of filters) survives(() => parse(written));
      }),
      { numRuns: 1000 },
    );
  });

  test('an order is parsed or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(nearFilter, (written) => {
        for (const parse of orders) survives(() => parse([written]));
      }),
      { numRuns: 500 },
    );
  });

  test('a page token is read or refused, and nothing else happens', () => {
    const request = { experimentIds: ['1'], filter: '', orderBy: [] };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.base64String(),
          fc.json().map((json) => btoa(encodeURI(json))),
        ),
        (token) => {
          survives(() => parseOffsetToken(token));
          survives(() => parseLoggedModelToken(token, request));
        },
      ),
    );
  });

  test('the tokens of a text are the text', () => {
    fc.assert(
      fc.property(nearFilter, (written) => {
        expect(
          tokenize(written)
            ?.map((token) => token.text)
            .join(''),
        ).toBe(written);
      }),
    );
  });
});

describe('what was rendered is parsed back', () => {
  test('conditions of runs', () => {
    fc.assert(
      fc.property(fc.array(runCondition, { maxLength: 5 }), (conditions) => {
        expect(parseRunFilter(render(conditions))).toEqual(conditions);
      }),
      { numRuns: 500 },
    );
  });

  test('conditions of experiments', () => {
    fc.assert(
      fc.property(fc.array(experimentCondition, { maxLength: 5 }), (conditions) => {
        expect(parseExperimentFilter(render(conditions))).toEqual(conditions);
      }),
    );
  });

  test('lists of any strings, escaped as JSON', () => {
    const any = fc.string({ unit: 'grapheme' }).filter((item) => !item.includes('\0'));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (items) => {
        expect(readStringList(`(${items.map((item) => JSON.stringify(item)).join(',')})`)).toEqual(items);
      }),
    );
  });

  test('offsets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), (offset) => parseOffsetToken(encodeOffsetToken(offset)) === offset),
    );
  });
});

describe('hostile texts', () => {
  const patterns = [
    "'",
    '"',
    '`',
    '(',
    '[',
    '/*',
    '--',
    '-',
    '1',
    'a',
    'a.',
    '.',
    'NOT ',
    'LEFT ',
    "AT TIME ZONE '",
    '$a$',
    '\\',
    '%(',
    'a+',
    'a,',
    "\\'",
    '1.',
    '1e',
    '😀',
    '#',
    ':a',
    '[a',
  ];

  test.each(patterns)('%j repeated is matched a number of times in proportion to its length', (pattern) => {
    const work = (times: number) => {
      const spy = vi.spyOn(RegExp.prototype, 'test');
      try {
        for (const parse of filters) survives(() => parse(pattern.repeat(times)));
        return spy.mock.calls.length;
      } finally {
        spy.mockRestore();
      }
    };
    const [small, large] = [work(250), work(500)];
    expect(large).toBeLessThanOrEqual(small * 2.2 + 100);
  });
});
