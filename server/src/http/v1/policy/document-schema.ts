import { ROLES } from '../../../domain/actor.ts';
import { STAGES } from '../../../domain/stage.ts';
import { Type } from '../schema-builder.ts';

/* The policy document as JSON Schema. What can be said only in words is in the descriptions; the server checks all of it. */

const closed = { additionalProperties: false } as const;
const STAGE = Type.Enum([...STAGES]);
const DURATION = Type.String({
  description: 'ISO 8601 in weeks, days, hours, minutes and seconds: `PT24H`, `P14D`.',
});
const TIME = Type.String({ description: 'RFC 3339 with a zone.' });

const PRINCIPALS = Type.Array(
  Type.String({
    description: `\`role:<role>\` (${ROLES.join(', ')}; each has the former's verbs) or \`group:<group>\`.`,
  }),
  { minItems: 1, maxItems: 100 },
);
const APPROVALS = Type.Array(
  Type.Object({ required: Type.Integer({ minimum: 0, maximum: 20 }), from: PRINCIPALS }, closed),
  { maxItems: 10, description: 'So many people of these; one person fills one place. 0: no vote.' },
);
const EXCLUDE = Type.Array(Type.Enum(['author', 'requester']), {
  maxItems: 2,
  description: 'Who has no vote, whatever their role.',
});

const CHECK = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    from: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 100,
        description: 'Names of users and service accounts; unless given: anybody but the authors.',
      }),
    ),
  },
  closed,
);

const METRIC_GATE = Type.Object(
  {
    metric: Type.String({
      minLength: 1,
      maxLength: 250,
      description: 'Slices by convention: `recall/camera:ir`.',
    }),
    at_least: Type.Optional(Type.Number()),
    at_most: Type.Optional(Type.Number()),
    not_worse_than: Type.Optional(STAGE),
    tolerance: Type.Optional(
      Type.Union([Type.Number({ minimum: 0 }), Type.String({ description: 'A share such as `2%`.' })]),
    ),
    same_dataset: Type.Optional(Type.Enum(['required', 'any'])),
    late: Type.Optional(
      Type.Enum(['refuse', 'accept'], {
        description: 'What is thought of metrics that were logged after registration; unless given: refuse.',
      }),
    ),
    counts: Type.Optional(
      Type.Object(
        { successes: Type.String(), trials: Type.String() },
        {
          ...closed,
          description:
            'Names of two metrics: the gate is about their proportion, and not worse is what is surely not worse (Newcombe’s interval).',
        },
      ),
    ),
    confidence: Type.Optional(
      Type.Union([Type.Literal(0.9), Type.Literal(0.95), Type.Literal(0.99)], {
        description: 'Of the interval; unless given: 0.95.',
      }),
    ),
  },
  { ...closed, description: 'At least one of at_least, at_most, not_worse_than.' },
);
const SIGNATURE_GATE = Type.Object(
  { signature: Type.Enum(['identical', 'backward_compatible']), with: Type.Optional(STAGE) },
  {
    ...closed,
    description:
      'What the sealed MLmodel takes and gives, against the holder of the stage (unless given: production).',
  },
);
const GATE = Type.Union([METRIC_GATE, SIGNATURE_GATE]);

const TRANSITION = Type.Object(
  {
    from: Type.Union([Type.Enum(['*']), Type.Array(STAGE, { minItems: 1, maxItems: STAGES.length })], {
      description: '`*`: every stage but production.',
    }),
    to: STAGE,
    by: Type.Optional(PRINCIPALS),
    sealed: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.Enum(['required'])),
    approvals: Type.Optional(APPROVALS),
    exclude: Type.Optional(EXCLUDE),
    checks: Type.Optional(Type.Array(CHECK, { maxItems: 100 })),
    gates: Type.Optional(Type.Array(GATE, { maxItems: 100 })),
    soak: Type.Optional(DURATION),
    expires_after: Type.Optional(DURATION),
    execute: Type.Optional(Type.Enum(['on_approval', 'manual'])),
  },
  closed,
);

const ALIAS = Type.Union([
  Type.Object({ follows: Type.String({ description: '`stage:<stage>`.' }) }, closed),
  Type.Object(
    { protected: Type.Object({ approvals: APPROVALS, exclude: Type.Optional(EXCLUDE) }, closed) },
    closed,
  ),
]);

const records = (schema: object) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: schema });

/** A policy as it is written. */
export const POLICY_DOCUMENT = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Optional(Type.Enum(['model', 'prompt'])),
    applies_to: Type.Optional(
      Type.Object(
        { models: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 100 }) },
        closed,
      ),
    ),
    transitions: Type.Array(TRANSITION, { minItems: 1, maxItems: 100 }),
    exclusive: Type.Optional(records(Type.Object({ displaced_to: STAGE }, closed))),
    aliases: Type.Optional(records(ALIAS)),
    metrics: Type.Optional(
      records(Type.Object({ direction: Type.Enum(['higher_is_better', 'lower_is_better']) }, closed)),
    ),
    freeze: Type.Optional(
      Type.Array(
        Type.Object(
          {
            from: TIME,
            to: TIME,
            stages: Type.Optional(Type.Array(STAGE, { minItems: 1, maxItems: STAGES.length })),
            reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
          },
          closed,
        ),
        {
          maxItems: 100,
          description: 'Nothing enters these stages (production unless given) from then until before then.',
        },
      ),
    ),
    rollback_window: Type.Optional(DURATION),
  },
  { ...closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Policy' },
);
