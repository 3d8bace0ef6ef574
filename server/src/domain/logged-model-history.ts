import { invalidArgument } from './errors.ts';
import { reprSet } from './search/python-text.ts';

const MANDATORY = ['artifact_path', 'flavors', 'run_id', 'utc_time_created'];

/**
 * What MLflow keeps of an MLmodel in a run's history tag: where, when, and the flavors without their
 * configuration. MLflow: without a `model_uuid` it is null there.
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function loggedModelEntry(modelJson: string): Record<string, unknown> {
  const model = parseModel(modelJson);
  const missing = MANDATORY.filter((field) => !model.has(field));
  if (missing.length > 0)
    throw invalidArgument(`Model json is missing mandatory fields: ${reprSet(missing)}`, 'model_json');
  return {
    run_id: model.get('run_id'),
    artifact_path: model.get('artifact_path'),
    utc_time_created: model.get('utc_time_created'),
    model_uuid: model.get('model_uuid') ?? null,
    flavors: withoutConfiguration(model.get('flavors')),
  };
}

function parseModel(text: string): Map<string, unknown> {
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    throw invalidArgument(`Malformed model info. \n ${text} \n is not a valid JSON.`, 'model_json');
  }
  if (!isObject(model))
    throw invalidArgument('Malformed model info: it must be a JSON object.', 'model_json');
  return new Map(Object.entries(model));
}

function withoutConfiguration(flavors: unknown): Record<string, unknown> {
  if (!isObject(flavors))
    throw invalidArgument("Malformed model info: 'flavors' must be a JSON object.", 'model_json');
  return Object.fromEntries(
    Object.entries(flavors).map(([flavor, facts]) => [
      flavor,
      isObject(facts) ? Object.fromEntries(Object.entries(facts).filter(([key]) => key !== 'config')) : facts,
    ]),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
