import type { ErrorCode, ErrorParams, Problem, RegistryError } from '../../domain/errors.ts';
import { renderTombstone } from './tombstone.ts';

/** The body of every refusal: RFC 9457, `application/problem+json` (v1-api section 0). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** One sentence: what, which, and the way out. */
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  /** W3C Trace Context; only when requests are traced. */
  readonly trace_id?: string;
  readonly errors?: readonly Problem[];
  /** What belongs to one code only: `tombstone`, `stages`, `allowed`. */
  readonly [member: string]: unknown;
}

/** What a code says, before the request is known. */
export interface ProblemAnswer {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Problem[];
  readonly members?: Readonly<Record<string, unknown>>;
}

const TEXT_SHOWN = 1_000;
const ERRORS_SHOWN = 100;

/** The sentence, and what a code says beside it. */
type Said = string | Pick<ProblemAnswer, 'detail' | 'errors' | 'members'>;
type Row<C extends ErrorCode> = readonly [
  status: number,
  title: string,
  say: (params: ErrorParams[C]) => Said,
];

const PROBLEMS = {
  invalid_argument: [
    400,
    'The request is not valid',
    (params) => ({ detail: params.message, errors: problemsOf(params) }),
  ],
  unauthenticated: [401, 'Not signed in', ({ message }) => message],
  too_many_attempts: [429, 'Too many attempts', ({ message }) => message],
  permission_denied: [403, 'Not permitted', ({ message }) => message],
  transition_not_allowed: [
    409,
    'Not a way of the policy',
    ({ message, allowed }) => ({ detail: message, members: { allowed } }),
  ],
  version_not_sealed: [
    409,
    'Files not sealed',
    ({ name, version, stage }) =>
      `${name} version ${version} is not sealed, and ${stage} wants files that are; POST …/versions/${version}/seal, or wait until they are hashed.`,
  ],
  version_damaged: [
    409,
    'Files damaged',
    ({ name, version, path }) =>
      `${path} of ${name} version ${version} is gone, or not what was sealed; restore it from a backup, or register another version.`,
  ],
  version_tainted: [
    409,
    'Made from bad data',
    ({ name, version, taints }) =>
      `${name} version ${version} depends on data that are marked as bad: ${taints.join('; ')}. Register a version that does not, or have the taint lifted.`,
  ],
  prerelease_not_allowed: [
    409,
    'A pre-release',
    ({ name, version, label }) =>
      `${name} version ${version} is the pre-release ${label}, which cannot enter production; register its release.`,
  ],
  gate_failed: [409, 'Not good enough', ({ message, gates }) => ({ detail: message, members: { gates } })],
  approval_required: [
    409,
    'Approval required',
    ({ message, requestId }) => ({ detail: message, members: { transition_request_id: requestId } }),
  ],
  taint_lifted: [
    409,
    'Taint was lifted',
    ({ taintId }) =>
      `The taint ${taintId} was lifted before; GET /api/v1/lineage/taints?state=all shows by whom.`,
  ],
  plan_changed: [
    409,
    'Not what was planned',
    ({ message, differences }) => ({
      detail: message,
      members: {
        differences: differences.map(({ modelName, version, planned, now }) => ({
          model_name: modelName,
          version,
          planned,
          now,
        })),
      },
    }),
  ],
  plan_applied: [
    409,
    'Plan was applied',
    ({ planId }) =>
      `The plan ${planId} was applied before; GET /api/v1/retention/plans/${planId} shows what came of it.`,
  ],
  retention_cap: [
    409,
    'Too much at once',
    ({ message, figures }) => ({
      detail: message,
      members: {
        figures: {
          versions: figures.versions,
          all_versions: figures.allVersions,
          bytes: figures.bytes,
          all_bytes: figures.allBytes,
        },
      },
    }),
  ],
  clock_jumped: [409, 'Time cannot be told', ({ message }) => message],
  hold_lifted: [
    409,
    'Hold was lifted',
    ({ holdId }) => `The hold ${holdId} was lifted before; GET /api/v1/holds?state=all shows by whom.`,
  ],
  in_use: [409, 'In use', ({ message }) => message],
  policy_changes: [409, 'Another policy', ({ message }) => message],
  rollback_not_allowed: [409, 'No way back', ({ message }) => message],
  stage_requires_transition: [409, 'Begins in development', ({ message }) => message],
  request_not_open: [
    409,
    'Request not open',
    ({ requestId, state }) => `The transition request ${requestId} is ${state}; ask for a new one.`,
  ],
  not_eligible: [403, 'No vote', ({ message }) => message],
  not_a_person: [403, 'Not a person', ({ message }) => message],
  override_required: [
    403,
    'Override required',
    ({ name, version }) =>
      `Forcing ${name} version ${version} past the rules needs the verb override; ask an admin, or leave "force" out.`,
  ],
  model_not_found: [
    404,
    'No such model',
    ({ name }) => `There is no registered model ${name}; GET /api/v1/models lists those that you may read.`,
  ],
  no_versions: [
    404,
    'No versions',
    ({ name }) => `Registered model ${name} has no versions yet; POST /api/v1/models/register adds one.`,
  ],
  version_not_found: [404, 'No such version', versionNotFound],
  version_deleted: [410, 'Version deleted', versionDeleted],
  version_purged: [410, 'Version purged', versionPurged],
  alias_not_found: [
    404,
    'No such alias',
    ({ name, alias }) =>
      `Registered model ${name} has no alias ${alias}; PUT /api/v1/models/{model_name}/aliases/{alias} sets one.`,
  ],
  model_exists: [
    409,
    'Name taken',
    ({ name, kind, requested }) =>
      kind === requested
        ? `The name ${name} is taken by another ${kind}; choose another name.`
        : `The name ${name} belongs to a ${kind}; a ${requested} needs another name.`,
  ],
  already_in_stage: [
    409,
    'Already in that stage',
    ({ name, version, stage }) => `${name} version ${version} is already in ${stage}; nothing was changed.`,
  ],
  semantic_version_conflict: [
    409,
    'Semantic version too low',
    ({ name, given, greatest }) => ({
      detail: `Semantic version ${given} of ${name} must be greater than ${greatest}, the greatest so far; leave it out to get the next minor.`,
      members: { greatest },
    }),
  ],
  digest_mismatch: [
    409,
    'Other files than expected',
    ({ name, version, expected, actual }) => ({
      detail:
        actual === null
          ? `${name} version ${version} has no digest yet because it is not sealed, so it cannot be ${expected}.`
          : `${name} version ${version} has the digest ${actual} and not ${expected}; read the version again.`,
      members: { digest: actual },
    }),
  ],
  fact_already_set: [
    409,
    'Fact already set',
    ({ name, version, fact, value }) =>
      `The ${fact} of ${name} version ${version} is already ${value}; facts are set once, so register a new version instead.`,
  ],
  experiment_not_found: [404, 'No such experiment', ({ message }) => message],
  run_not_found: [
    404,
    'No such run',
    ({ runId }) => `There is no run ${runId}; leave "run_id" out and a run is made.`,
  ],
  logged_model_not_found: [
    404,
    'No such logged model',
    ({ modelId }) => `There is no logged model ${modelId}; check the source.`,
  ],
  resource_not_found: [404, 'Not found', ({ message }) => message],
  resource_exists: [409, 'Exists already', ({ message }) => message],
  resource_conflict: [409, 'Conflict', ({ message }) => message],
  artifact_not_found: [404, 'No such file', ({ path }) => `There is no file ${path}.`],
  artifact_is_directory: [
    400,
    'A folder, not a file',
    ({ path }) => `${path} is a folder; name a file in it.`,
  ],
  artifact_path_conflict: [
    409,
    'File and folder of one name',
    ({ path }) => `${path} cannot be a file and a folder at once; choose another path.`,
  ],
  version_sealed: [
    409,
    'Files are fixed',
    ({ name, version, seal }) =>
      seal === 'impossible'
        ? `The files of ${name} version ${version} lie where this registry neither reads nor writes; change them there.`
        : `${name} version ${version} is ${seal === 'pending' ? 'being sealed' : 'sealed'}, so its files do not change; register a new version.`,
  ],
  artifact_sealed: [
    409,
    'File is frozen',
    ({ path, sealedBy }) =>
      `${path} is frozen because ${sealedBy} is registered from it; write to another path.`,
  ],
  artifact_digest_mismatch: [
    400,
    'Not what was declared',
    ({ path }) =>
      `What arrived for ${path} does not have the declared size or digest; nothing was kept, so send it again.`,
  ],
  range_not_satisfiable: [
    416,
    'Range outside of the file',
    ({ sizeBytes }) => `The range asked for lies outside of the file's ${sizeBytes} bytes.`,
  ],
  payload_too_large: [
    413,
    'Body too large',
    ({ limitBytes }) => `The body is larger than ${limitBytes} bytes; send less.`,
  ],
  idempotency_key_reused: [
    422,
    'Key used for another request',
    ({ key }) =>
      `The Idempotency-Key ${key} came with another body to this path; choose a new key for a new request.`,
  ],
  idempotency_key_running: [
    409,
    'Not answered yet',
    ({ key }) =>
      `The first request with the Idempotency-Key ${key} still runs; send it again a little later. If it was cut off, look whether it took effect before you use another key.`,
  ],
  not_implemented: [501, 'Not implemented', ({ message }) => message],
  unavailable: [503, 'Not available', ({ message }) => message],
  storage_full: [507, 'No room left', ({ message }) => message],
} satisfies { [C in ErrorCode]: Row<C> };

/** Every code that an operation can fail with, and the status that v1 answers. */
export const PROBLEM_STATUS: ReadonlyMap<string, number> = new Map(
  Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]),
);

/** A failure of an operation → what v1 says of it. */
export function describeFailure(error: RegistryError): ProblemAnswer {
  const [status, title, say] = PROBLEMS[error.code] as readonly [number, string, (params: unknown) => Said];
  const said = say(error.params);
  return { code: error.code, status, title, ...(typeof said === 'string' ? { detail: said } : said) };
}

/** The document of one answer to one request. */
export function toProblemDocument(
  answer: ProblemAnswer,
  requestId: string,
  traceId?: string,
): ProblemDocument {
  const { code, status, title, detail, errors = [], members } = answer;
  return {
    type: `urn:farmiq:problem:${code}`,
    title,
    status,
    detail: shortened(detail),
    code,
    request_id: requestId,
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(errors.length === 0 ? {} : { errors: bounded(errors) }),
    ...members,
  };
}

/** Sentences hold texts of the caller, which may be megabytes. */
function shortened(text: string): string {
  return text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text;
}

/** The first ones; the last entry says how many more there are. */
function bounded(errors: readonly Problem[]): Problem[] {
  const shown = errors.slice(0, ERRORS_SHOWN).map(shortenedProblem);
  const more = errors.length - shown.length;
  return more === 0
    ? shown
    : [...shown, { path: '', message: `At least ${more} more problems are not listed.` }];
}

function shortenedProblem({ path, message }: Problem): Problem {
  return { path: shortened(path), message: shortened(message) };
}

function problemsOf({ message, path, problems }: ErrorParams['invalid_argument']): readonly Problem[] {
  if (problems !== undefined) return problems;
  return path === undefined ? [] : [{ path, message }];
}

function versionNotFound({ name, selector, stages }: ErrorParams['version_not_found']): Said {
  const where = selector.startsWith('stage ') ? `in ${selector}` : selector;
  const what = `Registered model ${name} has no version ${where}`;
  if (stages === undefined) return `${what}; GET /api/v1/models/{model_name}/versions lists what it has.`;
  const has = stages.length === 0 ? 'no versions in any stage' : `versions in ${stages.join(', ')}`;
  return { detail: `${what}; it has ${has}.`, members: { stages } };
}

function versionDeleted({ name, version, tombstone }: ErrorParams['version_deleted']): Said {
  const detail = `${name} version ${version} was deleted; its number is not given again, so choose another version.`;
  if (tombstone === undefined) return detail;
  return { detail, members: { tombstone: renderTombstone({ name, version, tombstone }) } };
}

function versionPurged({ name, version, tombstone }: ErrorParams['version_purged']): Said {
  const detail = `${name} version ${version} was purged: its time had run out, and its files were removed; choose another version.`;
  if (tombstone === undefined) return detail;
  return { detail, members: { tombstone: renderTombstone({ name, version, tombstone }) } };
}
