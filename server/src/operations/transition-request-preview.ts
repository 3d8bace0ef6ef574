import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { GateResult } from '../domain/gate.ts';
import { type RequestRule, wantsVotes } from '../domain/policy.ts';
import { type Electorate, eligibilityOf } from '../domain/transition-request.ts';
import { type LockedChange, ruleOf } from './asked-change.ts';
import { electorateOf, findVoters, missingChecks } from './electorate.ts';
import { takeSnapshot } from './evidence.ts';
import { judgeGatesNow } from './gate.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { readScoresBefore } from './score-table.ts';
import { judgeChange } from './transition-guard.ts';
import { lockWish, type RequestInput, wishedSlot } from './transition-request-opening.ts';
import { selectVersion } from './version-reference.ts';

/** What a transition would take. */
export interface Preview {
  readonly asked: LockedChange;
  /** Null: the policy has no such way. */
  readonly rule: RequestRule | null;
  /** Why it cannot be asked for now; null: it can. */
  readonly refusal: RegistryError | null;
  /** Whether it would wait for votes or checks. */
  readonly waits: boolean;
  readonly gates: readonly GateResult[];
  readonly missingChecks: readonly string[];
  /** Names of people whose approval would count. */
  readonly approvers: readonly string[];
}

/** So many people are looked at for those who may approve. */
const PEOPLE = 500;

/**
 * What asking for a transition would take: nothing is opened, and nobody is told.
 * @throws as `selectVersion`; `permission_denied` without the right to ask for transitions.
 */
export async function previewTransition(deps: Deps, actor: Actor, input: RequestInput): Promise<Preview> {
  authorizeChange(actor, 'request-transition', input.name);
  const { version: asked } = await deps.store.read((reader) =>
    selectVersion(reader, input.name, input.reference),
  );
  await readScoresBefore(deps, { name: input.name, version: asked, target: wishedSlot(input.target) });
  return deps.store.write(async (writer) => {
    const asked = await lockWish(deps, writer, input);
    const rule = ruleOf(asked);
    const { refusal, waits } = await tryOut(deps, writer, actor, asked);
    if (rule === null) return { asked, rule, refusal, waits, gates: [], missingChecks: [], approvers: [] };
    const { identity, version } = asked;
    const { gates } = rule;
    const { modelId, name } = identity;
    const snapshot = await takeSnapshot(deps, writer, { modelId, version, gates });
    const request = { modelId, version: version.version, requesters: [actor.subjectId] };
    const electorate = await electorateOf(writer, request, rule);
    const missing = await missingChecks(writer, rule, { snapshot, ...electorate });
    return {
      asked,
      rule,
      refusal,
      waits: waits && (missing.length > 0 || wantsVotes(rule)),
      gates: await judgeGatesNow(deps, writer, asked, { gates, candidate: snapshot.gated }),
      missingChecks: missing,
      approvers: await approversOf(deps, writer, { electorate, model: name, actor }),
    };
  });
}

async function tryOut(
  deps: Deps,
  reader: Reader,
  actor: Actor,
  asked: LockedChange,
): Promise<Pick<Preview, 'refusal' | 'waits'>> {
  try {
    return { refusal: null, waits: await judgeChange(deps, reader, actor, asked) };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { refusal: error, waits: false };
  }
}

async function approversOf(
  deps: Deps,
  reader: Reader,
  {
    electorate,
    model,
    actor,
  }: { readonly electorate: Electorate; readonly model: string; readonly actor: Actor },
): Promise<string[]> {
  const subjects = await reader.subjects.list({ after: null, limit: PEOPLE });
  // While nobody signs in there is one who acts.
  const local = actor.kind === 'local' ? [actor.subjectId] : [];
  const names = new Map(subjects.map(({ subjectId, name }) => [subjectId, name]));
  const subjectIds = [...local, ...names.keys()];
  const voters = await findVoters(deps, reader, { subjectIds, model });
  return subjectIds.flatMap((id) => {
    const voter = voters.get(id);
    const counts = voter !== undefined && eligibilityOf(voter, electorate) === 'eligible';
    return counts ? [names.get(id) ?? actor.displayName] : [];
  });
}
