import type { Selectable } from 'kysely';
import type { Slot } from '../domain/slot.ts';
import type { RequestState, Vote } from '../domain/transition-request.ts';
import type {
  KeptRequest,
  TransitionRequestReader,
  TransitionRequestWriter,
} from '../operations/ports/transition-request.ts';
import type { StoreContext } from './context.ts';
import { likeScope, nameInScope } from './name-scope.ts';
import type { Tables } from './schema/tables.ts';

type Row = Selectable<Tables['registry_transition_requests']>;

export function transitionRequestReader({ db }: StoreContext): TransitionRequestReader {
  const requests = () => db.selectFrom('registry_transition_requests').selectAll();

  const whole = (rows: readonly Row[]) => wholeRequests(db, rows);

  return {
    async find(requestId) {
      const rows = await requests().where('request_id', '=', requestId).execute();
      return (await whole(rows))[0] ?? null;
    },
    async list(requestIds) {
      if (requestIds.length === 0) return [];
      return whole(await requests().where('request_id', 'in', requestIds).orderBy('request_id').execute());
    },
    async findOpen(modelId, version, target) {
      const rows = await requests()
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .where('target', '=', target)
        .where('ended_at_ms', 'is', null)
        .execute();
      return (await whole(rows))[0] ?? null;
    },
    async listOpen(modelId, version) {
      const rows = await requests()
        .where('model_id', '=', modelId)
        .$if(version !== null, (query) => query.where('version', '=', version ?? 0))
        .where('ended_at_ms', 'is', null)
        .orderBy('request_id')
        .execute();
      return whole(rows);
    },
    async listExecuted(modelId, versions) {
      if (versions.length === 0) return [];
      const rows = await requests()
        .where('model_id', '=', modelId)
        .where('version', 'in', versions)
        .where('state', '=', 'executed')
        .orderBy('ended_at_ms')
        .orderBy('request_id')
        .execute();
      return whole(rows);
    },
    async search({ modelId, names, states, requester }, { before, limit }) {
      if (states?.length === 0) return [];
      const scope = likeScope(names);
      const rows = await requests()
        .$if(modelId !== null, (query) => query.where('model_id', '=', modelId ?? ''))
        .$if(scope !== null, (query) =>
          query.where('model_id', 'in', (eb) =>
            eb
              .selectFrom('registry_models as m')
              .select('m.model_id')
              .where((inner) => inner.and(nameInScope(inner.ref('m.name'), scope))),
          ),
        )
        .$if(states !== null, (query) => query.where('state', 'in', states ?? []))
        .$if(requester !== null, (query) =>
          query.where('request_id', 'in', (eb) =>
            eb
              .selectFrom('registry_transition_requesters')
              .select('request_id')
              .where('subject_id', '=', requester ?? ''),
          ),
        )
        .$if(before !== null, (query) => query.where('request_id', '<', before ?? ''))
        .orderBy('request_id', 'desc')
        .limit(limit)
        .execute();
      return whole(rows);
    },
    async listExpired(nowMs, limit) {
      const rows = await requests()
        .where('ended_at_ms', 'is', null)
        .where('expires_at_ms', '<=', nowMs)
        .orderBy('expires_at_ms')
        .limit(limit)
        .execute();
      return whole(rows);
    },
  };
}

/** With their votes and requesters, in two more statements whatever their number. */
async function wholeRequests(db: StoreContext['db'], rows: readonly Row[]): Promise<KeptRequest[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.request_id);
  const votes = await db
    .selectFrom('registry_votes')
    .selectAll()
    .where('request_id', 'in', ids)
    .orderBy('at_ms')
    .orderBy('subject_id')
    .execute();
  const requesters = await db
    .selectFrom('registry_transition_requesters')
    .selectAll()
    .where('request_id', 'in', ids)
    .orderBy('at_ms')
    .orderBy('subject_id')
    .execute();
  const votesOf = Map.groupBy(votes, (vote) => vote.request_id);
  const requestersOf = Map.groupBy(requesters, (requester) => requester.request_id);
  return rows.map((row) =>
    toRequest(row, {
      votes: (votesOf.get(row.request_id) ?? []).map(toVote),
      requesters: (requestersOf.get(row.request_id) ?? []).map(({ subject_id }) => subject_id),
    }),
  );
}

export function transitionRequestWriter(context: StoreContext): TransitionRequestWriter {
  const { db } = context;

  async function addRequesters({ requestId, requesters, openedAtMs }: KeptRequest): Promise<void> {
    const rows = requesters.map((subjectId, index) => ({
      request_id: requestId,
      subject_id: subjectId,
      // The order in which they asked; when, the audit log says.
      at_ms: openedAtMs + index,
    }));
    if (rows.length > 0)
      await db
        .insertInto('registry_transition_requesters')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }

  return {
    ...transitionRequestReader(context),
    async insert(request) {
      await db
        .insertInto('registry_transition_requests')
        .values({
          request_id: request.requestId,
          model_id: request.modelId,
          version: request.version,
          target: request.target,
          policy_name: request.policyName,
          policy_revision: request.policyRevision,
          reason: request.reason,
          opened_at_ms: request.openedAtMs,
          expires_at_ms: request.expiresAtMs,
          ...changing(request),
        })
        .execute();
      await addRequesters(request);
    },
    async update(request) {
      await db
        .updateTable('registry_transition_requests')
        .set(changing(request))
        .where('request_id', '=', request.requestId)
        .execute();
      await addRequesters(request);
    },
    async putVote(requestId, { subjectId, decision, comment, digest, evidenceDigest, atMs, isSelf }) {
      const word = {
        decision,
        comment,
        digest,
        evidence_digest: evidenceDigest,
        at_ms: atMs,
        is_self: isSelf,
      };
      await db
        .insertInto('registry_votes')
        .values({ request_id: requestId, subject_id: subjectId, ...word })
        .onConflict((conflict) => conflict.columns(['request_id', 'subject_id']).doUpdateSet(word))
        .execute();
    },
  };
}

/** The columns that change while a request lives. */
function changing(request: KeptRequest) {
  return {
    state: request.state,
    digest: request.digest,
    evidence_digest: request.evidenceDigest,
    evidence: JSON.stringify(request.evidence),
    ended_at_ms: request.endedAtMs,
    ended_by: request.endedBy,
    end_reason: request.endReason,
  };
}

function toRequest(
  row: Row,
  { votes, requesters }: { readonly votes: readonly Vote[]; readonly requesters: readonly string[] },
): KeptRequest {
  return {
    requestId: row.request_id,
    modelId: row.model_id,
    version: row.version,
    target: row.target as Slot,
    state: row.state as RequestState,
    requesters,
    votes,
    digest: row.digest,
    evidenceDigest: row.evidence_digest,
    openedAtMs: Number(row.opened_at_ms),
    expiresAtMs: row.expires_at_ms === null ? null : Number(row.expires_at_ms),
    endedAtMs: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
    policyName: row.policy_name,
    policyRevision: row.policy_revision,
    reason: row.reason,
    evidence: JSON.parse(row.evidence) as object,
    endedBy: row.ended_by,
    endReason: row.end_reason,
  };
}

function toVote(row: Selectable<Tables['registry_votes']>): Vote {
  return {
    subjectId: row.subject_id,
    decision: row.decision as Vote['decision'],
    comment: row.comment,
    digest: row.digest,
    evidenceDigest: row.evidence_digest,
    atMs: Number(row.at_ms),
    isSelf: Boolean(row.is_self),
  };
}
