import type { TString } from 'typebox';
import type { Scalar } from '../../../domain/python-scalar.ts';
import { stageOf } from '../../../domain/version-stage.ts';
import { registerModel } from '../../../operations/registration.ts';
import { endpoint } from '../endpoint.ts';
import {
  DESCRIPTION,
  FACT,
  MODEL_TYPE_INPUT,
  NEW_MODEL_NAME,
  nullable,
  STAGE,
  STAGE_INPUT,
  SUCCESS,
} from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { readRegistration } from './registration-input.ts';
import { renderLabel, renderSeal, SEAL_FIELDS } from './render-version.ts';

const optional = (schema: TString) =>
  Type.Optional(Type.Unsafe<string | null>({ ...schema, type: ['string', 'null'] }));

const BODY = Type.Object(
  {
    model_name: NEW_MODEL_NAME,
    model_type: MODEL_TYPE_INPUT,
    description: optional(DESCRIPTION),
    metrics: Type.Optional(Type.Record(Type.String(), Type.Number(), { maxProperties: 1_000 })),
    hyperparameters: Type.Optional(
      Type.Record(Type.String(), Type.Unsafe<Scalar>({ type: ['string', 'number', 'boolean', 'null'] }), {
        maxProperties: 1_000,
        description: "Kept as MLflow params, as text in the spelling of MLflow's Python client.",
      }),
    ),
    tags: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] }),
        {
          maxProperties: 1_000,
          description: 'Kept as text (`True`, `0.5`), on the version and on the run that is made.',
        },
      ),
    ),
    stage: Type.Optional(STAGE_INPUT),
    data_version: optional(FACT),
    code_version: optional(FACT),
    parent_model: optional(
      Type.String({ minLength: 1, maxLength: 1_000, description: '`name`, `name/version` or `name@alias`.' }),
    ),
    source: optional(
      Type.String({
        minLength: 1,
        description:
          '`runs:/…`, `models:/…`, `mlflow-artifacts:/…` or a remote URI; `<run artifacts>/model` unless given.',
      }),
    ),
    run_id: optional(
      Type.String({
        minLength: 1,
        description: 'Use this run instead of making one; then nothing can be logged here.',
      }),
    ),
    semantic_version: optional(Type.String({ description: '`1.4.0`; the next minor unless given.' })),
    datasets: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            digest: Type.String({ minLength: 1, maxLength: 36 }),
            source: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
        { maxItems: 1_000, description: 'Inputs of the run that is made.' },
      ),
    ),
    experiment_name: optional(
      Type.String({ minLength: 1, description: "Experiment of the run; the model's name unless given." }),
    ),
  },
  { additionalProperties: false },
);

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  stage: STAGE,
  run_id: Type.String(),
  ...SEAL_FIELDS,
  message: Type.String(),
});

export const registerModelEndpoint = endpoint({
  method: 'POST',
  path: '/models/register',
  operation: 'registerModel',
  permission: 'register-version',
  tag: 'Versions',
  summary: 'Register a model version',
  description:
    'Makes the registered model when it is new, a finished MLflow run with the metrics, hyperparameters, tags and datasets (unless `run_id` names one), and the next version with its facts. All or nothing.',
  body: BODY,
  status: 201,
  answer: ANSWER,
  problems: [
    'run_not_found',
    'model_not_found',
    'version_not_found',
    'logged_model_not_found',
    'model_exists',
    'semantic_version_conflict',
  ],
  async run(deps, actor, { body, bodyText }) {
    const { version, record, runId } = await registerModel(deps, actor, readRegistration(body, bodyText));
    return {
      model_name: version.name,
      version: version.version,
      semantic_version: renderLabel(record),
      stage: stageOf(version, record),
      run_id: runId,
      ...renderSeal(record),
      message: `Registered ${version.name} version ${version.version}`,
    };
  },
});
