import { ROLES } from './actor.ts';
import { parseArtifactPath } from './artifact-path.ts';
import { field, type Place, placeOf, type Reader } from './document.ts';
import { parseDuration } from './duration.ts';
import type { Problem } from './errors.ts';
import type { MetricDirection } from './metric-direction.ts';
import type {
  AliasRule,
  Approval,
  CheckRule,
  Excluded,
  FreezeWindow,
  Gate,
  MetricGate,
  Policy,
  Principal,
  SignatureGate,
  Tolerance,
  TransitionRule,
} from './policy.ts';
import { CONFIDENCES, type Confidence } from './proportion.ts';
import {
  NO_RETENTION,
  type Periods,
  type RetainedStage,
  type RetentionRule,
  type TagPeriods,
} from './retention.ts';
import type { ScoreColumns } from './score-table.ts';
import { STAGES, type Stage } from './stage.ts';

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const WRITER: readonly Principal[] = [{ kind: 'role', role: 'writer' }];
/** More is a mistake, or an attack. */
const MANY = 100;
const KEPT_LAST = 1_000;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a policy as it is written (v1-api section 3). `policy` is null when something is wrong; `problems` says all that
 * is, each with the JSON Pointer of its place.
 */
export function parsePolicy(document: unknown): {
  readonly policy: Policy | null;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const root = placeOf(document, problems);
  const policy = root.object<Policy>({
    name: field(readName),
    kind: field((at) => at.oneOf(['model', 'prompt'] as const), 'model' as const),
    models: field((at) => at.object({ models: field(readPatterns) })?.models ?? [], [], 'applies_to'),
    transitions: field((at) => at.list(readTransition, { min: 1, max: MANY })),
    exclusive: field(readExclusive, new Map()),
    aliases: field(readAliases, new Map()),
    metrics: field(readMetrics, new Map()),
    freeze: field((at) => at.list(readFreeze, { max: MANY }), []),
    rollbackWindowMs: field(readDuration, null, 'rollback_window'),
    retention: field(readRetention, NO_RETENTION),
  });
  return { policy: problems.length === 0 ? policy : null, problems };
}

function readName(at: Place): string {
  const name = at.text(64);
  if (name !== '' && !NAME.test(name))
    at.refuse(
      'A name has lower-case letters, digits, ".", "_" and "-", and begins and ends with a letter or digit.',
    );
  return name;
}

const readPatterns = (at: Place): readonly string[] => at.list((one) => one.text(256), { min: 1, max: MANY });

const readStage: Reader<Stage> = (at) => at.oneOf(STAGES);

/** `*`: every stage but production. Leaving that is always said in so many words. */
function readFrom(at: Place): readonly Stage[] {
  if (at.value === '*') return STAGES.filter((stage) => stage !== 'production');
  return at.list(readStage, { min: 1, max: STAGES.length });
}

function readTransition(at: Place): TransitionRule {
  const rule = at.object<TransitionRule>({
    from: field(readFrom),
    to: field(readStage),
    by: field(readPrincipals, WRITER),
    sealed: field((one) => one.flag(), false),
    reasonRequired: field((one) => one.oneOf(['required'] as const) === 'required', false, 'reason'),
    approvals: field((one) => one.list(readApproval, { max: 10 }), []),
    exclude: field(readExcluded, []),
    checks: field((one) => one.list(readCheck, { max: MANY }), []),
    gates: field((one) => one.list(readGate, { max: MANY }), []),
    soakMs: field(readDuration, null, 'soak'),
    expiresAfterMs: field(readDuration, null, 'expires_after'),
    execute: field((one) => one.oneOf(['on_approval', 'manual'] as const), 'on_approval' as const),
  });
  // What could not be read stands for something else.
  const isRead =
    typeof at.value === 'object' && at.value !== null && 'to' in at.value && at.value.to === rule.to;
  if (isRead && rule.from.includes(rule.to))
    at.refuse(`A transition leads to another stage, not from ${rule.to} to ${rule.to}.`);
  return rule;
}

function readPrincipals(at: Place): readonly Principal[] {
  return at.list(readPrincipal, { min: 1, max: MANY });
}

function readPrincipal(at: Place): Principal {
  const text = at.text(300);
  const name = text.slice(text.indexOf(':') + 1);
  const role = ROLES.find((known) => text === `role:${known}`);
  if (role !== undefined) return { kind: 'role', role };
  if (!text.startsWith('group:') || name === '')
    at.refuse(`It is role:<role> (${ROLES.join(', ')}) or group:<group>.`);
  return { kind: 'group', group: name };
}

function readApproval(at: Place): Approval {
  return at.object<Approval>({
    required: field((one) => one.whole(0, 20)),
    from: field(readPrincipals),
  });
}

function readExcluded(at: Place): readonly Excluded[] {
  return at.list((one) => one.oneOf(['author', 'requester'] as const), { max: 2 });
}

function readCheck(at: Place): CheckRule {
  return at.object<CheckRule>({
    name: field((one) => one.text(200)),
    from: field((one) => one.list((name) => name.text(128), { min: 1, max: MANY }), []),
  });
}

const NO_TOLERANCE: Tolerance = { kind: 'absolute', amount: 0 };

function readGate(at: Place): Gate {
  const isAboutSignatures = typeof at.value === 'object' && at.value !== null && 'signature' in at.value;
  return isAboutSignatures ? readSignatureGate(at) : readMetricGate(at);
}

function readSignatureGate(at: Place): Gate {
  const gate = at.object<Omit<SignatureGate, 'kind'>>({
    atLeast: field((one) => one.oneOf(['identical', 'backward_compatible'] as const), undefined, 'signature'),
    with: field(readStage, 'production' as const),
  });
  return { kind: 'signature', ...gate };
}

function readMetricGate(at: Place): Gate {
  const gate = at.object<Omit<MetricGate, 'kind'>>({
    metric: field((one) => one.text(250)),
    atLeast: field((one) => one.number(), null, 'at_least'),
    atMost: field((one) => one.number(), null, 'at_most'),
    notWorseThan: field(readStage, null, 'not_worse_than'),
    tolerance: field(readTolerance, NO_TOLERANCE),
    sameDataset: field((one) => one.oneOf(['required', 'any'] as const), 'any' as const, 'same_dataset'),
    late: field((one) => one.oneOf(['refuse', 'accept'] as const), 'refuse' as const),
    counts: field(readCounts, null),
    samples: field(readSamples, null),
    confidence: field(readConfidence, 0.95 as const),
  });
  const { atLeast, atMost, notWorseThan, counts, samples, tolerance } = gate;
  if (atLeast === null && atMost === null && notWorseThan === null)
    at.refuse('A gate says at_least, at_most or not_worse_than.');
  if (atLeast !== null && atMost !== null && atLeast > atMost)
    at.refuse('Nothing is at least more than it is at most.');
  if (counts !== null && samples !== null) at.refuse('A gate is about counts or about samples, not both.');
  if (counts !== null && tolerance.kind === 'relative')
    at.refuse('Of a proportion with counts the tolerance is an amount, such as 0.01 for one point.');
  if (samples !== null && tolerance.kind === 'relative')
    at.refuse('Of scores by sample the tolerance is an amount, such as 0.01.');
  return { kind: 'metric', ...gate };
}

function readCounts(at: Place): MetricGate['counts'] {
  return at.object({
    successes: field((one) => one.text(250)),
    trials: field((one) => one.text(250)),
  });
}

function readSamples(at: Place): MetricGate['samples'] {
  return at.object<ScoreColumns>({
    path: field(readScorePath),
    sample: field((one) => one.text(250)),
    score: field((one) => one.text(250)),
  });
}

function readScorePath(at: Place): string {
  const text = at.text(1000);
  const path = canonicalPath(text);
  if (text !== '' && !path?.endsWith('.json'))
    at.refuse('It is the path of a table that mlflow.log_table wrote as .json, such as eval/scores.json.');
  return path ?? '';
}

function canonicalPath(text: string): string | null {
  try {
    return parseArtifactPath(text).text;
  } catch {
    return null;
  }
}

function readConfidence(at: Place): Confidence {
  const known = CONFIDENCES.find((confidence) => confidence === at.value);
  if (known === undefined) at.refuse(`It must be one of ${CONFIDENCES.join(', ')}.`);
  return known ?? 0.95;
}

/** An amount, or a share such as "2%". */
function readTolerance(at: Place): Tolerance {
  if (typeof at.value === 'number') {
    const amount = at.number();
    if (amount < 0) at.refuse('A tolerance is 0 or more.');
    return { kind: 'absolute', amount };
  }
  const percent = /^([0-9]{1,3}(?:\.[0-9]{1,6})?)%$/.exec(at.text(20))?.[1];
  if (percent === undefined)
    at.refuse('A tolerance is a number, or a share of the other value such as "2%".');
  return { kind: 'relative', amount: Number(percent ?? 0) / 100 };
}

function readExclusive(at: Place): ReadonlyMap<Stage, Stage> {
  return at.map((key, one) => {
    const stage = STAGES.find((known) => known === key);
    if (stage === undefined) one.refuse(`It is one of ${STAGES.join(', ')}.`);
    const displaced = one.object({ displacedTo: field(readStage, undefined, 'displaced_to') })?.displacedTo;
    if (displaced === stage) one.refuse('Whoever is displaced goes to another stage.');
    return [stage ?? 'production', displaced];
  });
}

function readAliases(at: Place): ReadonlyMap<string, AliasRule> {
  const names = new Set<string>();
  return at.map((key, one) => {
    const name = key.toLowerCase();
    if (name === '' || name.length > 255) one.refuse('An alias has 1 to 255 characters.');
    if (names.has(name)) one.refuse('The alias stands there twice: case makes no difference.');
    names.add(name);
    return [name, readAlias(one)];
  });
}

function readAlias(at: Place): AliasRule {
  const { follows, guard } = at.object<{
    follows: Stage | null;
    guard: { approvals: readonly Approval[]; exclude: readonly Excluded[] } | null;
  }>({
    follows: field(readFollowed, null),
    guard: field(
      (one) =>
        one.object({
          approvals: field((each) => each.list(readApproval, { min: 1, max: 10 })),
          exclude: field(readExcluded, []),
        }),
      null,
      'protected',
    ),
  });
  if ((follows === null) === (guard === null)) at.refuse('An alias either follows a stage, or is protected.');
  return guard === null
    ? { kind: 'follows', stage: follows ?? 'production' }
    : { kind: 'protected', ...guard };
}

function readFollowed(at: Place): Stage {
  const text = at.text(50);
  const stage = STAGES.find((known) => text === `stage:${known}`);
  if (stage === undefined) at.refuse(`It is stage:<stage>, one of ${STAGES.join(', ')}.`);
  return stage ?? 'production';
}

function readMetrics(at: Place): ReadonlyMap<string, MetricDirection> {
  return at.map((key, one) => [
    key,
    one.object({
      direction: field((each) => each.oneOf(['higher_is_better', 'lower_is_better'] as const)),
    }).direction,
  ]);
}

function readFreeze(at: Place): FreezeWindow {
  const window = at.object<FreezeWindow>({
    fromMs: field(readTime, undefined, 'from'),
    toMs: field(readTime, undefined, 'to'),
    stages: field((one) => one.list(readStage, { min: 1, max: STAGES.length }), ['production'] as const),
    reason: field((one) => one.text(500), null),
  });
  if (window.toMs <= window.fromMs && window.toMs !== 0) at.refuse('A freeze ends after it began.');
  return window;
}

const PERIODS = {
  development: field<number | null>(readDuration, null),
  staging: field<number | null>(readDuration, null),
  production: field<number | null>(readDuration, null),
  archived: field<number | null>(readDuration, null),
};

function readRetention(at: Place): RetentionRule {
  const { keepLast, everInProductionMs, tags, ...periods } = at.object({
    ...PERIODS,
    keepLast: field((one) => one.whole(0, KEPT_LAST), 0, 'keep_last'),
    everInProductionMs: field(readDuration, null, 'ever_in_production'),
    tags: field((one) => one.list(readTagPeriods, { max: MANY }), []),
  });
  return { periods: given(periods), keepLast, everInProductionMs, tags };
}

function readTagPeriods(at: Place): TagPeriods {
  const { key, value, ...periods } = at.object({
    ...PERIODS,
    key: field((one) => one.text(250)),
    value: field<string | null>((one) => one.text(5000), null),
  });
  return { key, value, periods: given(periods) };
}

function given(periods: Readonly<Record<RetainedStage, number | null>>): Partial<Periods> {
  return Object.fromEntries(Object.entries(periods).filter(([, ms]) => ms !== null));
}

function readTime(at: Place): number {
  const text = at.text(40);
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (text !== '' && Number.isNaN(ms)) at.refuse('It is a time with its zone, such as 2026-12-20T00:00:00Z.');
  return Number.isNaN(ms) ? 0 : ms;
}

function readDuration(at: Place): number | null {
  const ms = parseDuration(at.text(40));
  if (ms === null)
    at.refuse('It is a duration such as PT24H or P14D, in weeks, days, hours, minutes and seconds.');
  return ms;
}
