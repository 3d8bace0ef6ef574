import { invalidArgument } from './errors.ts';

/** The frameworks that a model can be registered as (v1-api section 2). */
export const MODEL_TYPES = [
  'sklearn',
  'pytorch',
  'tensorflow',
  'keras',
  'onnx',
  'xgboost',
  'lightgbm',
  'catboost',
  'spark',
  'transformers',
  'pyfunc',
  'custom',
] as const;
export type ModelType = (typeof MODEL_TYPES)[number];

/** Parses a framework in any case. @throws `invalid_argument`. */
export function parseModelType(text: string, path = 'model_type'): ModelType {
  const lower = text.toLowerCase();
  const known = MODEL_TYPES.find((type) => type === lower);
  if (known === undefined)
    throw invalidArgument(
      `Model type ${JSON.stringify(text)} is unknown; it must be one of ${MODEL_TYPES.join(', ')}.`,
      path,
    );
  return known;
}
