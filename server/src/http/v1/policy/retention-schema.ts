import { Type } from '../schema-builder.ts';
import { duration } from './duration-schema.ts';

const closed = { additionalProperties: false } as const;

const periods = (archived: string) => ({
  development: Type.Optional(duration('Untouched for so long in development, a version is archived.')),
  staging: Type.Optional(duration('The same in staging.')),
  production: Type.Optional(duration('So long in production, a version is due for review.')),
  archived: Type.Optional(duration(archived)),
});

/** The part of a policy that docs/retention.md is about. */
export const RETENTION_DOCUMENT = Type.Object(
  {
    ...periods('Untouched for so long in archived or deprecated, a version is purged.'),
    keep_last: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: "So many of a model's newest versions stay." }),
    ),
    ever_in_production: Type.Optional(
      duration('So long after it left production a version stays where it is.'),
    ),
    tags: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.String({ minLength: 1, maxLength: 250, description: "A tag of the version's." }),
            value: Type.Optional(
              Type.String({ minLength: 1, maxLength: 5000, description: 'Unless given: any.' }),
            ),
            ...periods('The same in archived or deprecated.'),
          },
          closed,
        ),
        {
          maxItems: 100,
          description:
            'Longer times for versions with a tag. A tag never shortens a time, because writers set tags.',
        },
      ),
    ),
  },
  {
    ...closed,
    description:
      'How long versions are kept; what is not given here is as the settings `RETENTION_…_DAYS` say.',
  },
);
