import type { PlanDifference, Taking } from './retention.ts';
import type { Tombstone } from './tombstone.ts';

/** One thing wrong with an input; `path` is a JSON pointer into a body, or the name of a parameter. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/**
 * The closed set of ways in which an operation can fail. Each wire maps every code to its own status,
 * code and sentence (`satisfies Record<ErrorCode, …>`), so a code without a mapping does not compile.
 * The parameters are facts about the request; they never hold SQL, server paths or secrets.
 */
export interface ErrorParams {
  /**
   * The input is wrong. `message` says what was wrong and what is accepted; `path` names the field;
   * `problems` lists everything that is wrong where more than one thing is looked for; `unknownAttribute`:
   * what is wrong is a name that the thing has nothing under.
   */
  invalid_argument: {
    message: string;
    path?: string;
    problems?: readonly Problem[];
    unknownAttribute?: true;
  };
  /** Nobody knows who asks. */
  unauthenticated: { message: string };
  /** Too many wrong credentials from one place. */
  too_many_attempts: { message: string; retryAfterSeconds: number };
  /** The actor has no right to do this. */
  permission_denied: { message: string };
  model_not_found: { name: string };
  /** `kind` is what holds the name now, `requested` what the caller wanted to create. */
  model_exists: { name: string; kind: 'model' | 'prompt'; requested: 'model' | 'prompt' };
  no_versions: { name: string };
  /** `selector` is the caller's wording (`9`, `1.4.0`, `stage production`); `stages` lists stages that have versions. */
  version_not_found: { name: string; selector: string; stages?: readonly string[] };
  version_deleted: { name: string; version: number; tombstone?: Tombstone };
  /** Its files are gone, too. */
  version_purged: { name: string; version: number; tombstone?: Tombstone };
  alias_not_found: { name: string; alias: string };
  already_in_stage: { name: string; version: number; stage: string };
  /** The version's files are not the ones that the caller had in mind; null: they are not sealed. */
  digest_mismatch: { name: string; version: number; expected: string; actual: string | null };
  /** Facts are set once. */
  fact_already_set: { name: string; version: number; fact: string; value: string };
  /** The policy does not lead there from here, or not now; `allowed`: where it leads. */
  transition_not_allowed: { message: string; allowed: readonly string[] };
  /** The files of what is to enter the stage must be frozen and known. */
  version_not_sealed: { name: string; version: number; stage: string };
  /** A sealed file is gone, or is another. */
  version_damaged: { name: string; version: number; path: string };
  prerelease_not_allowed: { name: string; version: number; label: string };
  /** What is measured is not good enough; `gates` has every figure. */
  gate_failed: { message: string; gates: readonly object[] };
  /** Somebody has to agree first; a request waits for that. */
  approval_required: { message: string; requestId: string };
  /** What is in use is not deleted. */
  in_use: { message: string };
  hold_lifted: { holdId: string };
  taint_lifted: { taintId: string };
  /** What the plan would change is not what was planned any more. */
  plan_changed: { message: string; differences: readonly PlanDifference[] };
  plan_applied: { planId: string };
  /** A run would take more than the cap allows; `figures` say how much. */
  retention_cap: { message: string; figures: Taking };
  /** Time cannot be told, so nothing is taken away. */
  clock_jumped: { message: string };
  version_tainted: { name: string; version: number; taints: readonly string[] };
  /** The new name would take the model out from under its policy. */
  policy_changes: { message: string };
  /** `message` says what forbids it. */
  rollback_not_allowed: { message: string };
  /** Versions begin in development. */
  stage_requires_transition: { message: string };
  /** The request has ended, or does not wait for this. */
  request_not_open: { requestId: string; state: string };
  /** A word of theirs does not count. */
  not_eligible: { message: string };
  /** What a program does is nobody's vote. */
  not_a_person: { message: string };
  /** Passing a rule by force wants the verb `override`. */
  override_required: { name: string; version: number };
  semantic_version_conflict: { name: string; given: string; greatest: string };
  experiment_not_found: { message: string };
  run_not_found: { runId: string };
  logged_model_not_found: { modelId: string };
  /** Any other absent thing (a tag, a dataset); `message` names it. */
  resource_not_found: { message: string };
  /** Any other thing that exists already; `message` names it. */
  resource_exists: { message: string };
  /** The state of the resource forbids the change; `message` names both. */
  resource_conflict: { message: string };
  artifact_not_found: { path: string };
  artifact_is_directory: { path: string };
  /** A file stands where a folder is wanted, or the other way round. */
  artifact_path_conflict: { path: string };
  /** The version's files are fixed, or out of reach; `seal` says which. */
  version_sealed: { name: string; version: number; seal: 'pending' | 'sealed' | 'impossible' };
  /** The path is frozen by a registered version. */
  artifact_sealed: { path: string; sealedBy: string };
  /** What arrived is not what was declared. */
  artifact_digest_mismatch: { path: string };
  range_not_satisfiable: { sizeBytes: number };
  payload_too_large: { limitBytes: number };
  /** The key came with another body before. */
  idempotency_key_reused: { key: string };
  /** The first request with the key is not answered yet. */
  idempotency_key_running: { key: string };
  not_implemented: { message: string };
  /** A dependency (database, artifact store) does not answer; trying again may help. */
  unavailable: { message: string };
  /** A dependency has no room left; trying again does not help before someone makes room. */
  storage_full: { message: string };
}

export type ErrorCode = keyof ErrorParams;

/** A failure that the caller may know of. Everything else that is thrown is a bug and shows as one. */
export class RegistryError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly params: ErrorParams[C];

  constructor(code: C, params: ErrorParams[C], options?: { cause?: unknown }) {
    const message = (params as { message?: unknown }).message;
    super(typeof message === 'string' ? message : `${code} ${JSON.stringify(params)}`, options);
    this.name = 'RegistryError';
    this.code = code;
    this.params = params;
  }
}

/** Shorthand for the commonest failure. `path` is the field's name or JSON pointer. */
export function invalidArgument(message: string, path?: string): RegistryError<'invalid_argument'> {
  return new RegistryError('invalid_argument', path === undefined ? { message } : { message, path });
}

/** Narrows a caught value to one code. */
export function isRegistryError<C extends ErrorCode>(error: unknown, code: C): error is RegistryError<C> {
  return error instanceof RegistryError && error.code === code;
}
