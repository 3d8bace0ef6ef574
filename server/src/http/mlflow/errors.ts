import { type ErrorCode, type ErrorParams, isRegistryError, RegistryError } from '../../domain/errors.ts';

/** MLflow's error codes, as far as they are answered here (mlflow/protos/databricks_pb2). */
type MlflowCode =
  | 'INVALID_PARAMETER_VALUE'
  | 'BAD_REQUEST'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_CONFLICT'
  | 'ENDPOINT_NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'NOT_IMPLEMENTED'
  | 'TEMPORARILY_UNAVAILABLE'
  | 'RESOURCE_EXHAUSTED'
  | 'INTERNAL_ERROR';

/** What MLflow refuses with BAD_REQUEST where all else of its kind is INVALID_PARAMETER_VALUE. */
export class BadRequest extends Error {}

/** The body of an error. MLflow: the last two since 3.12, and only for codes that it classifies. */
interface MlflowErrorBody {
  readonly error_code: MlflowCode;
  readonly message: string;
  readonly sqlstate?: string;
  readonly error_class?: string;
}

export interface MlflowErrorAnswer {
  readonly status: number;
  readonly body: MlflowErrorBody;
}

/** `fixed`: an HTTP status that says more than the code's own. */
type Answer = readonly [code: MlflowCode, message: string, fixed?: number];

const STATUS: Record<MlflowCode, number> = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  RESOURCE_DOES_NOT_EXIST: 404,
  RESOURCE_CONFLICT: 409,
  ENDPOINT_NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  REQUEST_LIMIT_EXCEEDED: 429,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  // MLflow: 429, on which its clients try again for minutes. A full disk does not empty itself.
  RESOURCE_EXHAUSTED: 507,
  INTERNAL_ERROR: 500,
};

// MLflow: mlflow/error_classification.py; the codes that are not here have neither.
const CLASS: Partial<Record<MlflowCode, readonly [sqlstate: string, errorClass: string]>> = {
  INVALID_PARAMETER_VALUE: ['KAM00', 'INVALID_PARAMETER_VALUE'],
  BAD_REQUEST: ['KAM00', 'INVALID_PARAMETER_VALUE'],
  RESOURCE_ALREADY_EXISTS: ['KAM00', 'RESOURCE_ALREADY_EXISTS'],
  RESOURCE_DOES_NOT_EXIST: ['KAM00', 'RESOURCE_NOT_FOUND'],
  ENDPOINT_NOT_FOUND: ['KAM00', 'RESOURCE_NOT_FOUND'],
  PERMISSION_DENIED: ['KAM00', 'PERMISSION_DENIED'],
  TEMPORARILY_UNAVAILABLE: ['XXM00', 'CLIENT_INTERNAL_ERROR'],
  INTERNAL_ERROR: ['XXM00', 'CLIENT_INTERNAL_ERROR'],
};

// MLflow: the code stays INVALID_PARAMETER_VALUE.
const UNKNOWN_ATTRIBUTE = { sqlstate: 'KAM04', error_class: 'ATTRIBUTE_NOT_FOUND' };

const ANSWERS = {
  invalid_argument: ({ message }) => ['INVALID_PARAMETER_VALUE', message],
  unauthenticated: ({ message }) => ['UNAUTHENTICATED', message],
  too_many_attempts: ({ message }) => ['REQUEST_LIMIT_EXCEEDED', message],
  permission_denied: ({ message }) => ['PERMISSION_DENIED', message],
  model_not_found: ({ name }) => ['RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`],
  model_exists: modelExists,
  no_versions: ({ name }) => [
    'RESOURCE_DOES_NOT_EXIST',
    `Registered Model with name=${name} has no versions`,
  ],
  version_not_found: ({ name, selector }) => versionNotFound(name, selector),
  version_deleted: ({ name, version }) => versionNotFound(name, String(version)),
  version_purged: ({ name, version }) => versionNotFound(name, String(version)),
  // MLflow: 400 and not 404.
  alias_not_found: ({ alias }) => ['INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`],
  already_in_stage: ({ name, version, stage }) => [
    'INVALID_PARAMETER_VALUE',
    `Model Version (name=${name}, version=${version}) is already in stage ${stage}`,
  ],
  digest_mismatch: ({ name, version, expected }) => [
    'RESOURCE_CONFLICT',
    `Model Version (name=${name}, version=${version}) does not have the digest ${expected}`,
  ],
  fact_already_set: ({ name, version, fact, value }) => [
    'RESOURCE_CONFLICT',
    `The ${fact} of Model Version (name=${name}, version=${version}) is already ${value}`,
  ],
  transition_not_allowed: ({ message }) => ['PERMISSION_DENIED', message],
  version_not_sealed: ({ name, version, stage }) => [
    'PERMISSION_DENIED',
    `${name} version ${version} is not sealed, and ${stage} wants files that are`,
  ],
  version_damaged: ({ name, version, path }) => [
    'PERMISSION_DENIED',
    `${path} of ${name} version ${version} is gone, or not what was sealed`,
  ],
  version_tainted: ({ name, version, taints }) => [
    'PERMISSION_DENIED',
    `${name} version ${version} depends on data that are marked as bad: ${taints.join('; ')}`,
  ],
  prerelease_not_allowed: ({ name, version, label }) => [
    'PERMISSION_DENIED',
    `${name} version ${version} is the pre-release ${label}, which cannot enter production`,
  ],
  gate_failed: ({ message }) => ['PERMISSION_DENIED', message],
  approval_required: ({ message }) => ['PERMISSION_DENIED', message],
  // Only our own API speaks of single holds, taints and plans.
  taint_lifted: ({ taintId }) => ['RESOURCE_CONFLICT', `The taint ${taintId} was lifted before.`],
  plan_changed: ({ message }) => ['RESOURCE_CONFLICT', message],
  plan_applied: ({ planId }) => ['RESOURCE_CONFLICT', `The plan ${planId} was applied before.`],
  retention_cap: ({ message }) => ['RESOURCE_CONFLICT', message],
  clock_jumped: ({ message }) => ['RESOURCE_CONFLICT', message],
  hold_lifted: ({ holdId }) => ['RESOURCE_CONFLICT', `The hold ${holdId} was lifted before.`],
  in_use: ({ message }) => ['RESOURCE_CONFLICT', message],
  policy_changes: ({ message }) => ['PERMISSION_DENIED', message],
  rollback_not_allowed: ({ message }) => ['PERMISSION_DENIED', message],
  stage_requires_transition: ({ message }) => ['PERMISSION_DENIED', message],
  request_not_open: ({ requestId, state }) => [
    'RESOURCE_CONFLICT',
    `The transition request ${requestId} is ${state}`,
  ],
  not_eligible: ({ message }) => ['PERMISSION_DENIED', message],
  not_a_person: ({ message }) => ['PERMISSION_DENIED', message],
  override_required: ({ name }) => [
    'PERMISSION_DENIED',
    `Passing the rules of Registered Model with name=${name} by force needs the verb override`,
  ],
  semantic_version_conflict: ({ name, given, greatest }) => [
    'RESOURCE_CONFLICT',
    `Semantic version ${given} of Registered Model with name=${name} must be greater than ${greatest}`,
  ],
  experiment_not_found: ({ message }) => ['RESOURCE_DOES_NOT_EXIST', message],
  run_not_found: ({ runId }) => ['RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`],
  logged_model_not_found: ({ modelId }) => [
    'RESOURCE_DOES_NOT_EXIST',
    `Logged model with ID '${modelId}' not found.`,
  ],
  resource_not_found: ({ message }) => ['RESOURCE_DOES_NOT_EXIST', message],
  resource_exists: ({ message }) => ['RESOURCE_ALREADY_EXISTS', message],
  resource_conflict: ({ message }) => ['RESOURCE_CONFLICT', message],
  artifact_not_found: ({ path }) => ['RESOURCE_DOES_NOT_EXIST', `No such artifact: '${path}'`],
  artifact_is_directory: ({ path }) => [
    'INVALID_PARAMETER_VALUE',
    `Artifact path refers to a directory, not a file: '${path}'`,
  ],
  artifact_path_conflict: ({ path }) => [
    'RESOURCE_CONFLICT',
    `A file and a folder cannot have the same artifact path: '${path}'`,
  ],
  version_sealed: ({ name, version }) => [
    'RESOURCE_CONFLICT',
    `The files of Model Version (name=${name}, version=${version}) are frozen`,
  ],
  artifact_sealed: ({ path, sealedBy }) => [
    'RESOURCE_CONFLICT',
    `Artifact path '${path}' is frozen: ${sealedBy} is registered from it`,
  ],
  artifact_digest_mismatch: ({ path }) => [
    'INVALID_PARAMETER_VALUE',
    `What arrived for artifact path '${path}' does not have the declared size or digest; nothing was kept`,
  ],
  range_not_satisfiable: ({ sizeBytes }) => [
    'INVALID_PARAMETER_VALUE',
    `The requested range lies outside of the file's ${sizeBytes} bytes`,
    416,
  ],
  payload_too_large: ({ limitBytes }) => [
    'INVALID_PARAMETER_VALUE',
    `The body is larger than ${limitBytes} bytes`,
    413,
  ],
  idempotency_key_reused: ({ key }) => [
    'RESOURCE_CONFLICT',
    `The idempotency key '${key}' came with another request`,
  ],
  idempotency_key_running: ({ key }) => [
    'RESOURCE_CONFLICT',
    `The request with the idempotency key '${key}' is not answered yet`,
  ],
  not_implemented: ({ message }) => ['NOT_IMPLEMENTED', message],
  unavailable: ({ message }) => ['TEMPORARILY_UNAVAILABLE', message],
  storage_full: ({ message }) => ['RESOURCE_EXHAUSTED', message],
} satisfies { [C in ErrorCode]: (params: ErrorParams[C]) => Answer };

/**
 * Any thrown value → MLflow's answer: code, HTTP status and the sentence that its clients match on. What is
 * not a failure of ours is a 500 that says nothing about its cause.
 */
export function renderMlflowError(error: unknown): MlflowErrorAnswer {
  if (error instanceof RegistryError) {
    const known: RegistryError = error;
    const render = ANSWERS[known.code] as (params: unknown) => Answer;
    const { status, body } = answer(...render(known.params));
    return isUnknownAttribute(known) ? { status, body: { ...body, ...UNKNOWN_ATTRIBUTE } } : { status, body };
  }
  if (error instanceof BadRequest) return answer('BAD_REQUEST', error.message);
  const refusal = transportRefusal(error);
  if (refusal !== null) return answer(...refusal);
  return answer('INTERNAL_ERROR', 'An internal error occurred.');
}

/** A path that is known, but not with this method. MLflow: an HTML page, which its clients cannot read. */
export function renderMethodNotAllowed(method: string, allowed: readonly string[]): MlflowErrorAnswer {
  const message = `This path does not answer ${method}; it answers ${allowed.join(', ')}`;
  return answer('ENDPOINT_NOT_FOUND', message, 405);
}

function isUnknownAttribute(error: RegistryError): boolean {
  return isRegistryError(error, 'invalid_argument') && error.params.unknownAttribute === true;
}

/** A path that nobody knows, and an RPC that the table marks absent. */
export function renderEndpointNotFound(method: string, path: string): MlflowErrorAnswer {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return answer('ENDPOINT_NOT_FOUND', `No endpoint answers ${method} ${shown}`);
}

function answer(...[code, message, fixed]: Answer): MlflowErrorAnswer {
  const [sqlstate, errorClass] = CLASS[code] ?? [];
  const body = { error_code: code, message };
  return {
    status: fixed ?? STATUS[code],
    body:
      sqlstate === undefined || errorClass === undefined
        ? body
        : { ...body, sqlstate, error_class: errorClass },
  };
}

/** What the HTTP server itself refuses before a route sees it (a body too large, a broken length). */
function transportRefusal(error: unknown): Answer | null {
  if (!(error instanceof Error)) return null;
  const { statusCode, code } = error as Error & { statusCode?: unknown; code?: unknown };
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  if (!refused || typeof code !== 'string' || !code.startsWith('FST_')) return null;
  // MLflow: 400 and not 415.
  return statusCode === 415
    ? ['INVALID_PARAMETER_VALUE', "Bad Request. Content-Type must be one of ['application/json']."]
    : ['BAD_REQUEST', error.message, statusCode];
}

function modelExists({ name, kind, requested }: ErrorParams['model_exists']): Answer {
  if (kind !== requested)
    return [
      'RESOURCE_ALREADY_EXISTS',
      `Tried to create a ${described(requested)} with name ${pythonRepr(name)}, but the name is already taken by a ` +
        `${described(kind)}. MLflow does not allow creating a model and a prompt with the same name.`,
    ];
  const noun = kind === 'prompt' ? 'Prompt' : 'Registered Model';
  return ['RESOURCE_ALREADY_EXISTS', `${noun} (name=${name}) already exists.`];
}

function described(kind: 'model' | 'prompt'): string {
  return kind === 'prompt' ? 'prompt' : 'registered model';
}

/** As Python shows a text in a sentence. */
function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function versionNotFound(name: string, selector: string): Answer {
  const which = /^[0-9]+$/.test(selector) ? `version=${selector}` : selector;
  return ['RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, ${which}) not found`];
}
