import type { Actor } from './actor.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * What can happen to what we govern: the whole list. Metrics, params, tags, inputs and outputs of runs, and files
 * that no version holds yet, are not governed.
 */
export const AUDIT_ACTIONS = [
  'registered_model.create',
  'registered_model.update',
  'registered_model.rename',
  'registered_model.delete',
  'model_version.create',
  'model_version.update',
  'model_version.delete',
  'model_version.transition',
  'model_version.add_file',
  'model_version.seal',
  'model_version.verify',
  'transition_request.create',
  'transition_request.vote',
  'transition_request.withdraw',
  'transition_request.execute',
  'transition_request.end',
  'policy.put',
  'policy.delete',
  'model.policy_assign',
  'check.report',
  'hold.place',
  'hold.lift',
  'model_version.review_due',
  'model_version.purge_mark',
  'model_version.purge_cancel',
  'model_version.purge',
  'retention.apply',
  'lineage.declare',
  'taint.place',
  'taint.lift',
  'alias.set',
  'alias.delete',
  'experiment.create',
  'experiment.update',
  'experiment.delete',
  'experiment.restore',
  'run.create',
  'run.update',
  'run.delete',
  'run.restore',
  'logged_model.create',
  'logged_model.update',
  'logged_model.finalize',
  'logged_model.delete',
  'artifact.delete',
  'webhook.create',
  'webhook.update',
  'webhook.delete',
  'webhook.test',
  'subject.create',
  'subject.update',
  'subject.disable',
  'subject.enable',
  'subject.set_password',
  'subject.erase',
  'api_token.create',
  'api_token.revoke',
  'grant.create',
  'grant.delete',
  'settings.change',
  'session.create',
  'session.delete',
  'access.unauthenticated',
  'access.denied',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** A value small enough to stand in an event, and never a secret. */
type AuditValue = string | number | boolean | null | readonly string[];
export type AuditValues = Readonly<Record<string, AuditValue>>;

/** What the event is about. `id` stays when the name changes. */
export interface AuditObject {
  readonly kind: string;
  readonly id: string | null;
  readonly name?: string | null;
  readonly version?: number | null;
  readonly digest?: string | null;
}

/** Where a request came from. */
export interface AuditClient {
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  /** W3C Trace Context; only when requests are traced. */
  readonly traceId?: string;
}

/** What an operation says of a change that it makes, or of a refusal. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly object: AuditObject;
  readonly decision?: 'allowed' | 'denied';
  readonly reason?: string | null;
  /** What was there before and is there now, of the fields that changed. */
  readonly before?: AuditValues | null;
  readonly after?: AuditValues | null;
  /** Where the request came from when nobody is known. */
  readonly client?: AuditClient;
}

/** One event as it is kept, in the spelling of the API and of the leaf. */
export interface AuditEvent {
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly workspace: string;
  readonly actor: {
    readonly id: string | null;
    readonly kind: string;
    readonly on_behalf_of: string | null;
    readonly token_id: string | null;
  };
  readonly client: {
    readonly address: string | null;
    readonly user_agent: string | null;
    readonly request_id: string | null;
    /** Only when requests were traced: events without it keep the leaf that they always had. */
    readonly trace_id?: string;
  };
  readonly action: AuditAction;
  readonly object: {
    readonly kind: string;
    readonly id: string | null;
    readonly name: string | null;
    readonly version: number | null;
    readonly digest: string | null;
  };
  readonly decision: 'allowed' | 'denied';
  readonly reason: string | null;
  readonly before: AuditValues | null;
  readonly after: AuditValues | null;
  /** Which server process wrote it. */
  readonly server: string;
}

/** What is known where an event is made, beside what happened. */
export interface AuditContext {
  readonly id: string;
  readonly nowMs: number;
  readonly workspace: string;
  readonly serverId: string;
}

const NO_CLIENT: AuditClient = { address: null, userAgent: null, requestId: null };
/** Longer texts, which come from outside, are cut: an event is small. */
const TEXT_LENGTH = 1_000;

/** @returns the event; texts are bounded and well-formed, so that every one of them has a canonical form. */
export function auditEvent(actor: Actor | null, entry: AuditEntry, context: AuditContext): AuditEvent {
  const client = actor?.client ?? entry.client ?? NO_CLIENT;
  const { object } = entry;
  return {
    id: context.id,
    time: new Date(context.nowMs).toISOString(),
    workspace: context.workspace,
    actor: {
      id: actor?.subjectId ?? null,
      kind: actor?.kind ?? 'anonymous',
      on_behalf_of: actor?.ownerId ?? null,
      token_id: actor?.token?.tokenId ?? null,
    },
    client: {
      address: text(client.address),
      user_agent: text(client.userAgent),
      request_id: text(client.requestId),
      ...(client.traceId === undefined ? {} : { trace_id: client.traceId }),
    },
    action: entry.action,
    object: {
      kind: object.kind,
      id: text(object.id),
      name: text(object.name),
      version: object.version ?? null,
      digest: object.digest ?? null,
    },
    decision: entry.decision ?? 'allowed',
    reason: text(entry.reason),
    before: values(entry.before),
    after: values(entry.after),
    server: context.serverId,
  };
}

const ABOUT_A_MODEL = ['registered_model', 'model_version', 'alias', 'transition_request'];

/** The registered model that the event is found by; null when it is about something else. */
export function modelNameOf({ object }: Pick<AuditEvent, 'object'>): string | null {
  return ABOUT_A_MODEL.includes(object.kind) ? object.name : null;
}

/** The data of the event's leaf (RFC 8785). */
export function auditLeaf(event: AuditEvent): string {
  return canonicalJson(event);
}

function values(given: AuditValues | null | undefined): AuditValues | null {
  if (given === null || given === undefined) return null;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      text(name) ?? '',
      typeof value === 'string' ? text(value) : value,
    ]),
  );
}

function text(given: string | null | undefined): string | null {
  if (given === null || given === undefined) return null;
  // NUL is what PostgreSQL cannot keep.
  const clean = given.toWellFormed().replaceAll('\0', '\ufffd');
  const characters = [...clean.slice(0, 2 * TEXT_LENGTH + 1)];
  return characters.length <= TEXT_LENGTH ? clean : `${characters.slice(0, TEXT_LENGTH).join('')}…`;
}
