import { ROLES } from '../../../domain/actor.ts';
import { STAGES } from '../../../domain/stage.ts';
import { Type } from '../schema-builder.ts';
import { duration } from './duration-schema.ts';
import { RETENTION_DOCUMENT } from './retention-schema.ts';

/* The policy document as JSON Schema. What can be said only in words is in the descriptions; the server checks all of it. */

const closed = { additionalProperties: false } as const;
const STAGE = Type.Enum([...STAGES]);
const stage = (description: string) => Type.Enum([...STAGES], { description });
const flag = (description: string) => Type.Boolean({ description });
const time = (meaning: string) => Type.String({ description: `${meaning} RFC 3339 with a zone.` });

const principals = (meaning: string) =>
  Type.Array(Type.String(), {
    minItems: 1,
    maxItems: 100,
    description: `${meaning} Each is \`role:<role>\` (${ROLES.join(', ')}; each has the former's verbs) or \`group:<group>\`.`,
  });
const APPROVALS = Type.Array(
  Type.Object(
    {
      required: Type.Integer({ minimum: 0, maximum: 20, description: 'How many people.' }),
      from: principals('Of whom.'),
    },
    closed,
  ),
  { maxItems: 10, description: 'So many people of these; one person fills one place. 0: no vote.' },
);
const EXCLUDE = Type.Array(Type.Enum(['author', 'requester']), {
  maxItems: 2,
  description: 'Who has no vote, whatever their role.',
});

const CHECK = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'As it is reported.' }),
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
    at_least: Type.Optional(Type.Number({ description: 'The least that passes.' })),
    at_most: Type.Optional(Type.Number({ description: 'The most that passes.' })),
    not_worse_than: Type.Optional(
      stage(
        'Compared with who holds that stage; the direction is that of `metrics`, else of well-known names.',
      ),
    ),
    tolerance: Type.Optional(
      Type.Union([Type.Number({ minimum: 0 }), Type.String()], {
        description: 'So much worse still passes: an amount, or a share such as `2%`; unless given: 0.',
      }),
    ),
    same_dataset: Type.Optional(
      Type.Enum(['required', 'any'], {
        description:
          'Whether both must name the data that they were measured on. Different data never compare. Unless given: any.',
      }),
    ),
    late: Type.Optional(
      Type.Enum(['refuse', 'accept'], {
        description: 'What is thought of metrics that were logged after registration; unless given: refuse.',
      }),
    ),
    counts: Type.Optional(
      Type.Object(
        {
          successes: Type.String({ description: 'Name of the metric that counts what went well.' }),
          trials: Type.String({ description: 'Name of the metric that counts all.' }),
        },
        {
          ...closed,
          description:
            'Names of two metrics: the gate is about their proportion, and not worse is what is surely not worse (Newcombe’s interval).',
        },
      ),
    ),
    samples: Type.Optional(
      Type.Object(
        {
          path: Type.String({
            description:
              'A table that `mlflow.log_table` wrote as `.json`: among the sealed files, else among those of the run.',
          }),
          sample: Type.String({ description: 'The column that names the sample.' }),
          score: Type.String({ description: 'The column with its score: a number, or true and false.' }),
        },
        {
          ...closed,
          description:
            'The metric is the mean of these scores, and compared sample by sample: not worse is what is surely not worse (Newcombe’s paired interval for hits and misses, else a bootstrap).',
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
  {
    signature: Type.Enum(['identical', 'backward_compatible'], {
      description: 'Backward compatible: whoever calls the one may call the other.',
    }),
    with: Type.Optional(stage('Compared with who holds that stage; unless given: production.')),
  },
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
      description: 'The stages that it leads away from; `*`: every stage but production.',
    }),
    to: stage('Where it leads.'),
    by: Type.Optional(principals('Who may ask; unless given: writers.')),
    sealed: Type.Optional(flag('Whether the files must be frozen and hashed; unless given: false.')),
    reason: Type.Optional(Type.Enum(['required'], { description: 'Whoever asks must say why.' })),
    approvals: Type.Optional(APPROVALS),
    exclude: Type.Optional(EXCLUDE),
    checks: Type.Optional(
      Type.Array(CHECK, { maxItems: 100, description: 'What must be reported as passed, for these files.' }),
    ),
    gates: Type.Optional(
      Type.Array(GATE, { maxItems: 100, description: 'What is measured must be good enough.' }),
    ),
    soak: Type.Optional(duration('So long it has to stay in the stage that it leaves.')),
    expires_after: Type.Optional(duration('A request ends after that; unless given: never.')),
    execute: Type.Optional(
      Type.Enum(['on_approval', 'manual'], {
        description: 'With the last approval, or by a call of its own; unless given: on_approval.',
      }),
    ),
  },
  closed,
);

const ALIAS = Type.Union([
  Type.Object(
    { follows: Type.String({ description: '`stage:<stage>`: it points to who entered that stage last.' }) },
    closed,
  ),
  Type.Object(
    {
      protected: Type.Object(
        { approvals: APPROVALS, exclude: Type.Optional(EXCLUDE) },
        { ...closed, description: 'It is set by a request only.' },
      ),
    },
    closed,
  ),
]);

const records = (schema: object, description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: schema, description });

/** A policy as it is written. */
export const POLICY_DOCUMENT = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Lower-case letters, digits, `.`, `_` and `-`, as in the path.',
    }),
    kind: Type.Optional(
      Type.Enum(['model', 'prompt'], { description: 'What it governs; unless given: model.' }),
    ),
    applies_to: Type.Optional(
      Type.Object(
        {
          models: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
            minItems: 1,
            maxItems: 100,
            description:
              'Whole names, `*` any run of characters; the most specific pattern of all policies counts.',
          }),
        },
        { ...closed, description: 'Unless given: only models that it is assigned to.' },
      ),
    ),
    transitions: Type.Array(TRANSITION, {
      minItems: 1,
      maxItems: 100,
      description: 'Of several that fit the first counts; what none leads to is refused.',
    }),
    exclusive: Type.Optional(
      records(
        Type.Object({ displaced_to: stage('Where the one goes that was there.') }, closed),
        'By stage: it holds one version at most.',
      ),
    ),
    aliases: Type.Optional(records(ALIAS, 'By alias, in any case: it follows a stage, or is protected.')),
    metrics: Type.Optional(
      records(
        Type.Object(
          {
            direction: Type.Enum(['higher_is_better', 'lower_is_better'], {
              description: 'Which way it gets better.',
            }),
          },
          closed,
        ),
        'By name, where the name does not say it.',
      ),
    ),
    freeze: Type.Optional(
      Type.Array(
        Type.Object(
          {
            from: time('The first instant.'),
            to: time('The first instant after it.'),
            stages: Type.Optional(
              Type.Array(STAGE, {
                minItems: 1,
                maxItems: STAGES.length,
                description: 'Unless given: production.',
              }),
            ),
            reason: Type.Optional(
              Type.String({ minLength: 1, maxLength: 500, description: 'Told to whoever is refused.' }),
            ),
          },
          closed,
        ),
        {
          maxItems: 100,
          description: 'Nothing enters these stages for a time.',
        },
      ),
    ),
    rollback_window: Type.Optional(
      duration(
        'So long after it left production a version may come back without votes; unless given: never.',
      ),
    ),
    retention: Type.Optional(RETENTION_DOCUMENT),
  },
  { ...closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Policy' },
);
