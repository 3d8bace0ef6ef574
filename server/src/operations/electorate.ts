import { LOCAL_ACTOR } from '../domain/actor.ts';
import { roleOn } from '../domain/permission.ts';
import type { TransitionRule } from '../domain/policy.ts';
import type { Electorate, Voter } from '../domain/transition-request.ts';
import { actorOf } from './authentication.ts';
import type { Snapshot } from './evidence.ts';
import type { ReportedCheck } from './ports/check.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader } from './ports.ts';

/** Who may judge a request: its rule, the authors with those who answer for them, and who asked. */
export async function electorateOf(
  reader: Pick<Reader, 'authors'>,
  request: Pick<KeptRequest, 'modelId' | 'version' | 'requesters'>,
  { approvals, exclude }: Pick<TransitionRule, 'approvals' | 'exclude'>,
): Promise<Electorate> {
  const { modelId, version, requesters } = request;
  const authors = (await reader.authors.listOfVersions(modelId, [version])).get(version) ?? [];
  const ids = authors.flatMap(({ subjectId, ownerId }) => [
    subjectId,
    ...(ownerId === null ? [] : [ownerId]),
  ]);
  return { approvals, exclude, authors: new Set(ids), requesters };
}

/** People as they are now, with the roles that they have on the model; a token narrows nobody's standing as a voter. */
export async function findVoters(
  deps: Pick<Deps, 'signInRules'>,
  reader: Pick<Reader, 'subjects'>,
  { subjectIds, model }: { readonly subjectIds: readonly string[]; readonly model: string },
): Promise<ReadonlyMap<string, Voter>> {
  const identities = await reader.subjects.listIdentities(subjectIds);
  return new Map(
    identities.map((identity) => {
      const { subjectId, kind, disabledAtMs } = identity.subject;
      const isLocal = kind === 'local';
      const actor = isLocal ? LOCAL_ACTOR : actorOf(deps, identity);
      // What the local actor said counts as long as nobody else can be asked.
      const isDisabled = disabledAtMs !== null || (isLocal && !deps.signInRules.isOff);
      const voter = { subjectId, kind, role: roleOn(actor, model), groups: identity.groups, isDisabled };
      return [subjectId, voter];
    }),
  );
}

/** The checks of the rule that nobody who counts has reported as passed, for these files. */
export async function missingChecks(
  reader: Pick<Reader, 'subjects'>,
  { checks }: Pick<TransitionRule, 'checks'>,
  {
    snapshot: { checks: reported, digest },
    authors,
  }: { readonly snapshot: Pick<Snapshot, 'checks' | 'digest'> } & Pick<Electorate, 'authors'>,
): Promise<readonly string[]> {
  const names = await reader.subjects.names(reported.map(({ reporter }) => reporter));
  const counts = (check: ReportedCheck, from: readonly string[]) =>
    check.digest === digest &&
    (from.length === 0
      ? !authors.has(check.reporter)
      : from.includes(names.get(check.reporter) ?? check.reporter));
  return checks
    .filter(({ name, from }) => {
      const heard = reported.filter((check) => check.name === name && counts(check, from));
      // Who says that it failed is not outvoted by who says that it passed.
      return (
        heard.length === 0 ||
        !heard.every(({ conclusion }) => conclusion === 'success' || conclusion === 'neutral')
      );
    })
    .map(({ name }) => name);
}
