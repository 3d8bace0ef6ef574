import { invalidArgument } from '../../../domain/errors.ts';
import { parseStage } from '../../../domain/stage.ts';
import type { RequestInput } from '../../../operations/transition-request-opening.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { ALIAS, DESCRIPTION, MODEL_NAME, STAGE_INPUT, VERSION } from '../fields.ts';
import { Type } from '../schema-builder.ts';

/** What is asked for: that a version enters a stage, or gets an alias. */
export const REQUEST_BODY = Type.Object(
  {
    model_name: MODEL_NAME,
    version: VERSION,
    target: Type.Object(
      { stage: Type.Optional(STAGE_INPUT), alias: Type.Optional(ALIAS) },
      { additionalProperties: false, description: 'One of the two: `{"stage"}` or `{"alias"}`.' },
    ),
    reason: Type.Optional(DESCRIPTION),
  },
  { additionalProperties: false },
);

/** @throws `invalid_argument`. */
export function readRequestBody(body: {
  readonly model_name: string;
  readonly version: string | number;
  readonly target: { readonly stage?: string; readonly alias?: string };
  readonly reason?: string;
}): RequestInput {
  const { stage, alias } = body.target;
  if ((stage === undefined) === (alias === undefined))
    throw invalidArgument('A target is either {"stage": …} or {"alias": …}.', '/target');
  return {
    name: body.model_name,
    reference: parseVersionReference(body.version, '/version'),
    target:
      stage === undefined
        ? { kind: 'alias', alias: alias ?? '' }
        : { kind: 'stage', stage: parseStage(stage, '/target/stage') },
    reason: body.reason ?? null,
  };
}
