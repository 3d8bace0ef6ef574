import type { TSchema, TUnsafe } from 'typebox';
import { MODEL_TYPES } from '../../domain/model-type.ts';
import { MODEL_NAME_LIMIT } from '../../domain/registered-model.ts';
import { STAGES } from '../../domain/stage.ts';
import { Type } from './schema-builder.ts';

/** Schemas of fields that several endpoints have. Rules beyond shape are the domain's. */

export const MODEL_NAME = Type.String({ minLength: 1, description: 'Name of the registered model.' });

/** Of a model that is registered here; what MLflow has let in before is found by `MODEL_NAME`. */
export const NEW_MODEL_NAME = Type.String({
  minLength: 1,
  maxLength: MODEL_NAME_LIMIT,
  description: 'Name of the registered model: up to 256 characters, without `/` and `:`.',
});

/** Its further rules are MLflow's. */
export const ALIAS = Type.String({ minLength: 1 });

/** An integer, or a text with an integer or a semantic version. */
export const VERSION: TUnsafe<string | number> = Type.Unsafe<string | number>({
  type: ['integer', 'string'],
  description: 'The version: its number (`3`, `"3"`) or its semantic version (`"1.4.0"`).',
});

export const VERSION_PARAMETER = Type.String({
  description: 'The number (`3`) or the semantic version (`1.4.0`).',
});

export const STAGE_INPUT = Type.String({ description: `One of ${STAGES.join(', ')}, in any case.` });

export const MODEL_TYPE_INPUT = Type.String({
  description: `One of ${MODEL_TYPES.join(', ')}, in any case.`,
});

export const DESCRIPTION = Type.String({ maxLength: 5_000, description: 'Up to 5,000 characters.' });

export const FACT = Type.String({ minLength: 1, maxLength: 500 });

export const STAGE = Type.Enum([...STAGES]);

export const LIMIT = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  default: 100,
  description: 'Entries of a page.',
});
export const PAGE_TOKEN = Type.String({ description: '`next_page_token` of the page before.' });
export const NEXT_PAGE_TOKEN = Type.String({ description: 'Absent on the last page.' });

export const TIME = Type.String({ format: 'date-time', description: 'RFC 3339, UTC, with milliseconds.' });

/** A text, or null. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** A number; NaN and the infinities are texts, as JSON has none. */
export const MEASURE: TUnsafe<number | string> = Type.Unsafe<number | string>({
  type: ['number', 'string'],
  description: 'A number, or "NaN", "Infinity", "-Infinity".',
});

export const SUCCESS = Type.Literal(true);

export const MODEL_PARAMS = Type.Object({ model_name: MODEL_NAME }, { additionalProperties: false });
export const VERSION_PARAMS = Type.Object(
  { model_name: MODEL_NAME, version: VERSION_PARAMETER },
  { additionalProperties: false },
);
