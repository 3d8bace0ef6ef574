import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freezeAt, ruleFor, stagesAfter, stagesBefore } from './policy.ts';
import { GUARDED, GUARDED_DOCUMENT, OPEN } from './policy-builtin.ts';
import { parsePolicy } from './policy-document.ts';
import { STAGES } from './stage.ts';

/** The example of v1-api section 3. */
const STRICT = {
  name: 'vision-strict',
  kind: 'model',
  applies_to: { models: ['vision-*'] },
  transitions: [
    { from: ['development'], to: 'staging' },
    {
      from: ['staging'],
      to: 'production',
      sealed: true,
      approvals: [
        { required: 1, from: ['role:approver'] },
        { required: 1, from: ['group:farm-ops'] },
      ],
      exclude: ['author', 'requester'],
      checks: [{ name: 'integration-tests', from: ['ci-bot'] }],
      gates: [
        { metric: 'accuracy', at_least: 0.9 },
        {
          metric: 'recall/camera:ir',
          not_worse_than: 'production',
          tolerance: 0.01,
          same_dataset: 'required',
          late: 'refuse',
        },
      ],
      soak: 'PT24H',
      expires_after: 'P14D',
      execute: 'on_approval',
    },
    { from: ['production'], to: 'archived', by: ['role:approver'], reason: 'required' },
  ],
  exclusive: { production: { displaced_to: 'archived' } },
  aliases: {
    champion: { follows: 'stage:production' },
    live: {
      protected: { approvals: [{ required: 1, from: ['role:approver'] }], exclude: ['author', 'requester'] },
    },
  },
  metrics: { latency_ms: { direction: 'lower_is_better' } },
  freeze: [],
  rollback_window: 'P30D',
};

const changed = (change: object) => ({ ...STRICT, ...change });
const withRule = (change: object) =>
  changed({ transitions: [{ from: ['staging'], to: 'production', ...change }] });
const withGate = (gate: object) => withRule({ gates: [{ metric: 'accuracy', ...gate }] });

describe('a policy as it is written', () => {
  test('is read with all its rules', () => {
    const { policy, problems } = parsePolicy(STRICT);
    expect(problems).toEqual([]);
    const rule = policy && ruleFor(policy, 'staging', 'production');
    expect(rule).toEqual({
      from: ['staging'],
      to: 'production',
      by: [{ kind: 'role', role: 'writer' }],
      sealed: true,
      reasonRequired: false,
      approvals: [
        { required: 1, from: [{ kind: 'role', role: 'approver' }] },
        { required: 1, from: [{ kind: 'group', group: 'farm-ops' }] },
      ],
      exclude: ['author', 'requester'],
      checks: [{ name: 'integration-tests', from: ['ci-bot'] }],
      gates: [
        {
          metric: 'accuracy',
          atLeast: 0.9,
          atMost: null,
          notWorseThan: null,
          tolerance: { kind: 'absolute', amount: 0 },
          sameDataset: 'any',
          late: 'refuse',
          counts: null,
          samples: null,
          confidence: 0.95,
          kind: 'metric',
        },
        {
          metric: 'recall/camera:ir',
          atLeast: null,
          atMost: null,
          notWorseThan: 'production',
          tolerance: { kind: 'absolute', amount: 0.01 },
          sameDataset: 'required',
          late: 'refuse',
          counts: null,
          samples: null,
          confidence: 0.95,
          kind: 'metric',
        },
      ],
      soakMs: 86_400_000,
      expiresAfterMs: 14 * 86_400_000,
      execute: 'on_approval',
    });
    expect(policy?.aliases.get('live')?.kind).toBe('protected');
    expect(policy?.rollbackWindowMs).toBe(30 * 86_400_000);
  });

  test('needs no more than a name and a rule', () => {
    const { policy } = parsePolicy({ name: 'p', transitions: [{ from: '*', to: 'staging' }] });
    expect(policy).toBeNull();
    const fine = parsePolicy({ name: 'p', transitions: [{ from: '*', to: 'production' }] }).policy;
    expect(fine?.transitions[0]?.from).toEqual(['development', 'staging', 'archived', 'deprecated']);
    expect([fine?.kind, fine?.models, fine?.rollbackWindowMs]).toEqual(['model', [], null]);
    expect(fine?.retention).toEqual({ periods: {}, keepLast: 0, everInProductionMs: null, tags: [] });
  });

  test('says how long versions are kept', () => {
    const { policy } = parsePolicy(
      changed({
        retention: {
          staging: 'P14D',
          keep_last: 3,
          ever_in_production: 'P1825D',
          tags: [
            { key: 'purpose', value: 'audit', development: 'P365D' },
            { key: 'keep', archived: 'P3650D' },
          ],
        },
      }),
    );
    const day = 86_400_000;
    expect(policy?.retention).toEqual({
      periods: { staging: 14 * day },
      keepLast: 3,
      everInProductionMs: 1825 * day,
      tags: [
        { key: 'purpose', value: 'audit', periods: { development: 365 * day } },
        { key: 'keep', value: null, periods: { archived: 3650 * day } },
      ],
    });
    const { problems } = parsePolicy(
      changed({ retention: { keep_last: -1, deprecated: 'P1D', tags: [{ staging: '14' }] } }),
    );
    expect(problems.map(({ path }) => path).sort()).toEqual([
      '/retention/deprecated',
      '/retention/keep_last',
      '/retention/tags/0/key',
      '/retention/tags/0/staging',
    ]);
  });

  test.each<[string, unknown, string, string]>([
    ['no object', [], '', 'must be an object'],
    ['no name', { transitions: STRICT.transitions }, '/name', 'It is missing'],
    ['an odd name', changed({ name: 'Vision Strict' }), '/name', 'lower-case letters'],
    ['no rules', changed({ transitions: [] }), '/transitions', 'a list of 1 to 100'],
    [
      'an unknown field',
      changed({ aproval: 1 }),
      '/aproval',
      'It is not known here; there are name, kind, applies_to',
    ],
    ['a field with a slash', changed({ 'a/b~c': 1 }), '/a~1b~0c', 'It is not known here'],
    ['an unknown stage', withRule({ to: 'Production' }), '/transitions/0/to', 'must be one of development'],
    [
      'a way to itself',
      withRule({ from: ['staging', 'production'] }),
      '/transitions/0',
      'leads to another stage',
    ],
    [
      'odd approvers',
      withRule({ approvals: [{ required: 1, from: ['approver'] }] }),
      '/transitions/0/approvals/0/from/0',
      'role:<role>',
    ],
    [
      'an empty group',
      withRule({ approvals: [{ required: 1, from: ['group:'] }] }),
      '/transitions/0/approvals/0/from/0',
      'group:<group>',
    ],
    [
      'half an approval',
      withRule({ approvals: [{ required: 0.5, from: ['role:admin'] }] }),
      '/transitions/0/approvals/0/required',
      'a whole number from 0 to 20',
    ],
    [
      'an approval without who',
      withRule({ approvals: [{ required: 1 }] }),
      '/transitions/0/approvals/0/from',
      'It is missing',
    ],
    ['an odd duration', withRule({ soak: '24h' }), '/transitions/0/soak', 'PT24H'],
    ['months', withRule({ expires_after: 'P1M' }), '/transitions/0/expires_after', 'PT24H'],
    [
      'a relative tolerance of counts',
      withGate({
        not_worse_than: 'production',
        tolerance: '2%',
        counts: { successes: 'a', trials: 'b' },
      }),
      '/transitions/0/gates/0',
      'the tolerance is an amount',
    ],
    [
      'a relative tolerance of scores',
      withGate({
        not_worse_than: 'production',
        tolerance: '2%',
        samples: { path: 'eval/scores.json', sample: 'a', score: 'b' },
      }),
      '/transitions/0/gates/0',
      'Of scores by sample the tolerance is an amount',
    ],
    [
      'counts and samples',
      withGate({
        at_least: 1,
        counts: { successes: 'a', trials: 'b' },
        samples: { path: 'eval/scores.json', sample: 'a', score: 'b' },
      }),
      '/transitions/0/gates/0',
      'not both',
    ],
    ...['../scores.json', 'eval/scores.parquet', '/'].map((path): [string, object, string, string] => [
      `scores in ${path}`,
      withGate({ at_least: 1, samples: { path, sample: 'a', score: 'b' } }),
      '/transitions/0/gates/0/samples/path',
      'mlflow.log_table wrote as .json',
    ]),
    [
      'a free confidence',
      withGate({ at_least: 1, confidence: 0.8 }),
      '/transitions/0/gates/0/confidence',
      '0.9, 0.95, 0.99',
    ],
    [
      'a signature that is nothing',
      withRule({ gates: [{ signature: 'similar' }] }),
      '/transitions/0/gates/0/signature',
      'identical, backward_compatible',
    ],
    ['an idle gate', withGate({}), '/transitions/0/gates/0', 'at_least, at_most or not_worse_than'],
    [
      'an impossible gate',
      withGate({ at_least: 2, at_most: 1 }),
      '/transitions/0/gates/0',
      'Nothing is at least',
    ],
    [
      'a gate without a number',
      withGate({ at_least: '0.9' }),
      '/transitions/0/gates/0/at_least',
      'must be a number',
    ],
    [
      'an infinite gate',
      withGate({ at_least: Number.POSITIVE_INFINITY }),
      '/transitions/0/gates/0/at_least',
      'must be a number',
    ],
    [
      'a negative tolerance',
      withGate({ not_worse_than: 'production', tolerance: -1 }),
      '/transitions/0/gates/0/tolerance',
      '0 or more',
    ],
    [
      'an odd tolerance',
      withGate({ not_worse_than: 'production', tolerance: '2' }),
      '/transitions/0/gates/0/tolerance',
      '"2%"',
    ],
    [
      'displacement to itself',
      changed({ exclusive: { production: { displaced_to: 'production' } } }),
      '/exclusive/production',
      'another stage',
    ],
    [
      'an unknown exclusive stage',
      changed({ exclusive: { prod: { displaced_to: 'archived' } } }),
      '/exclusive/prod',
      'one of development',
    ],
    [
      'an alias that does both',
      changed({ aliases: { a: { follows: 'stage:production', protected: STRICT.aliases.live.protected } } }),
      '/aliases/a',
      'either follows',
    ],
    ['an alias that does nothing', changed({ aliases: { a: {} } }), '/aliases/a', 'either follows'],
    [
      'an alias twice',
      changed({ aliases: { Live: { follows: 'stage:production' }, live: { follows: 'stage:staging' } } }),
      '/aliases/live',
      'twice',
    ],
    [
      'an alias after an alias',
      changed({ aliases: { a: { follows: 'alias:b' } } }),
      '/aliases/a/follows',
      'stage:<stage>',
    ],
    [
      'an odd freeze',
      changed({ freeze: [{ from: '2026-12-20', to: '2027-01-02T00:00:00Z' }] }),
      '/freeze/0/from',
      'a time with its zone',
    ],
    [
      'a freeze that ends first',
      changed({ freeze: [{ from: '2026-12-20T00:00:00Z', to: '2026-12-19T00:00:00Z' }] }),
      '/freeze/0',
      'ends after',
    ],
    [
      'an odd direction',
      changed({ metrics: { m: { direction: 'up' } } }),
      '/metrics/m/direction',
      'higher_is_better',
    ],
    [
      'NUL',
      changed({ metrics: {}, applies_to: { models: ['a\0b'] } }),
      '/applies_to/models/0',
      'a text of 1 to 256',
    ],
  ])('with %s is refused, and told where', (_what, document, path, sentence) => {
    const { policy, problems } = parsePolicy(document);
    expect(policy).toBeNull();
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)?.message).toContain(sentence);
  });

  test('has all its problems told at once', () => {
    const { problems } = parsePolicy(
      changed({ name: '-', kind: 'prompts', freeze: {}, rollback_window: 'P' }),
    );
    expect(problems.map(({ path }) => path)).toEqual(['/name', '/kind', '/freeze', '/rollback_window']);
  });

  test('never makes the reader fail, whatever it is', () => {
    const shaped = fc.record(
      Object.fromEntries(
        Object.keys(STRICT).map((key) => [key, fc.oneof(fc.jsonValue(), fc.constant(STRICT[key as 'name']))]),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped), (document) => {
        const { policy, problems } = parsePolicy(document);
        expect(policy === null).toBe(problems.length > 0);
      }),
    );
  });
});

describe('the built-in policies', () => {
  test('guarded knows exactly these ways', () => {
    const ways = STAGES.map((from) => [from, stagesAfter(GUARDED, from)]);
    expect(Object.fromEntries(ways)).toEqual({
      development: ['staging', 'archived', 'deprecated'],
      staging: ['development', 'archived', 'production', 'deprecated'],
      production: ['archived', 'staging'],
      archived: ['staging', 'deprecated'],
      deprecated: ['archived'],
    });
    expect(stagesBefore(GUARDED, 'production')).toEqual(['staging']);
    expect(GUARDED.exclusive).toEqual(new Map([['production', 'archived']]));
    expect(GUARDED.aliases).toEqual(new Map([['champion', { kind: 'follows', stage: 'production' }]]));
    expect(parsePolicy(GUARDED_DOCUMENT).problems).toEqual([]);
  });

  test('open knows every way, and none that asks for anything', () => {
    for (const from of STAGES)
      expect([...stagesAfter(OPEN, from)].sort()).toEqual(STAGES.filter((to) => to !== from).sort());
    for (const rule of OPEN.transitions)
      expect([rule.sealed, rule.approvals, rule.checks, rule.gates, rule.reasonRequired]).toEqual([
        false,
        [],
        [],
        [],
        false,
      ]);
    expect(OPEN.exclusive.size + OPEN.aliases.size).toBe(0);
  });
});

test('a freeze is half-open, and for its stages only', () => {
  const window = { from: '2026-12-20T00:00:00Z', to: '2027-01-02T01:00:00+01:00', reason: 'holidays' };
  const { policy } = parsePolicy(changed({ freeze: [window] }));
  const at = (text: string, stage: 'production' | 'staging' = 'production') =>
    policy && freezeAt(policy, stage, Date.parse(text))?.reason;
  expect(at('2026-12-19T23:59:59.999Z')).toBeUndefined();
  expect(at('2026-12-20T00:00:00Z')).toBe('holidays');
  expect(at('2026-12-20T00:00:00Z', 'staging')).toBeUndefined();
  expect(at('2027-01-02T00:00:00Z')).toBeUndefined();
});
