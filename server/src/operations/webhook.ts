import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { Page } from '../domain/page.ts';
import {
  checkWebhookDescription,
  checkWebhookEvents,
  checkWebhookName,
  type Webhook,
  type WebhookEvent,
  type WebhookStatus,
} from '../domain/webhook.ts';
import { parseWebhookUrl } from '../domain/webhook-url.ts';
import { recordEvent } from './audit.ts';
import { webhookObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import type { EgressRefusal } from './ports/egress.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';

const LIST_LIMIT = 1_000;
/** What `webhooks.secret` holds, less what encryption adds. */
const SECRET_LIMIT_BYTES = 687;

export interface WebhookInput {
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly description: string | null;
  readonly secret: string | null;
  readonly status: WebhookStatus;
}

/** Undefined stays; an empty secret is none. */
export type WebhookEdit = {
  readonly [K in keyof WebhookInput]: Exclude<WebhookInput[K], null> | undefined;
};

/** @throws `invalid_argument`, `permission_denied`. */
export async function createWebhook(deps: Deps, actor: Actor, input: WebhookInput): Promise<Webhook> {
  authorizeWebhooks(actor, 'manage-webhooks');
  checkWebhookName(input.name);
  await checkUrl(deps, input.url);
  checkWebhookEvents(input.events);
  if (input.description !== null) checkWebhookDescription(input.description);
  const { secret, ...rest } = input;
  const sealedSecret = secret === null ? null : sealSecret(deps, secret);
  const webhookId = deps.ids.uuid();
  return deps.store.write(async (writer) => {
    await writer.webhooks.insert({ ...rest, webhookId, sealedSecret }, deps.clock.now());
    const made = await requireWebhook(writer, webhookId);
    await recordEvent(deps, writer, actor, {
      action: 'webhook.create',
      object: webhookObject(made),
      after: { status: made.status, has_secret: sealedSecret !== null },
    });
    return made;
  });
}

/** @throws `permission_denied`, `resource_not_found`. */
export async function getWebhook(deps: Deps, actor: Actor, webhookId: string): Promise<Webhook> {
  authorizeWebhooks(actor, 'read-webhooks');
  return deps.store.read((reader) => requireWebhook(reader, webhookId));
}

/** A page, newest first. `limit` 1–1000. @throws `invalid_argument`, `permission_denied`. */
export async function listWebhooks(
  deps: Deps,
  actor: Actor,
  page: { limit: number; offset: number },
): Promise<Page<Webhook>> {
  authorizeWebhooks(actor, 'read-webhooks');
  if (page.limit < 1 || page.limit > LIST_LIMIT)
    throw invalidArgument(`max_results must be between 1 and ${LIST_LIMIT}.`, 'max_results');
  return deps.store.read((reader) => reader.webhooks.list(page));
}

/** Replaces what is given. @throws `invalid_argument`, `permission_denied`, `resource_not_found`. */
export async function updateWebhook(
  deps: Deps,
  actor: Actor,
  { webhookId, edit }: { webhookId: string; edit: WebhookEdit },
): Promise<Webhook> {
  authorizeWebhooks(actor, 'manage-webhooks');
  // MLflow: what is absent is told before what is wrong.
  await deps.store.read((reader) => requireWebhook(reader, webhookId));
  if (edit.name !== undefined) checkWebhookName(edit.name);
  if (edit.url !== undefined) await checkUrl(deps, edit.url);
  if (edit.events !== undefined) checkWebhookEvents(edit.events);
  if (edit.description !== undefined) checkWebhookDescription(edit.description);
  const { secret, ...rest } = edit;
  const sealedSecret = secret === '' ? null : secret && sealSecret(deps, secret);
  return deps.store.write(async (writer) => {
    await writer.webhooks.update(webhookId, { ...rest, sealedSecret }, deps.clock.now());
    const changed = await requireWebhook(writer, webhookId);
    await recordEvent(deps, writer, actor, {
      action: 'webhook.update',
      object: webhookObject(changed),
      after: { status: changed.status, changed: fieldsOf(edit) },
    });
    return changed;
  });
}

/** What waits to be sent to it is dropped. @throws `permission_denied`, `resource_not_found`. */
export async function deleteWebhook(deps: Deps, actor: Actor, webhookId: string): Promise<void> {
  authorizeWebhooks(actor, 'manage-webhooks');
  await deps.store.write(async (writer) => {
    if (!(await writer.webhooks.delete(webhookId, deps.clock.now()))) throw webhookNotFound(webhookId);
    await writer.webhookDeliveries.drop(webhookId);
    const object = webhookObject({ webhookId, name: null });
    await recordEvent(deps, writer, actor, { action: 'webhook.delete', object });
  });
}

/** The names of what an edit replaces: addresses and secrets themselves are not for the log. */
function fieldsOf(edit: WebhookEdit): string[] {
  return Object.entries(edit).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** Webhooks see every model, so they are for administrators (MLflow: the same, with its basic authentication). */
export function authorizeWebhooks(actor: Actor, verb: 'read-webhooks' | 'manage-webhooks'): void {
  authorize(actor, verb, modelResource('*'));
}

/** @throws `resource_not_found`. */
export async function requireWebhook(reader: Pick<Reader, 'webhooks'>, webhookId: string): Promise<Webhook> {
  const webhook = await reader.webhooks.find(webhookId);
  if (webhook === null) throw webhookNotFound(webhookId);
  return webhook;
}

function webhookNotFound(webhookId: string): RegistryError {
  return new RegistryError('resource_not_found', { message: `Webhook with ID ${webhookId} not found.` });
}

async function checkUrl(deps: Deps, text: string): Promise<void> {
  const refusal = await deps.egress.check(parseWebhookUrl(text, deps.webhooks.schemes));
  if (refusal !== null) throw invalidArgument(explainRefusal(refusal), 'url');
}

/** Why the host of a webhook is not connected to, in MLflow's words. */
export function explainRefusal(refusal: EgressRefusal): string {
  const { host } = refusal;
  if (refusal.kind === 'not_public')
    return `Webhook URL must not resolve to a non-public IP address. '${host}' resolves to ${refusal.address}.`;
  switch (refusal.cause) {
    case 'timeout':
      return `Timed out resolving Webhook URL hostname '${host}' after 5 seconds`;
    case 'unknown':
      return `Cannot resolve Webhook URL hostname '${host}': [Errno -2] Name or service not known`;
    case 'temporary':
      return `Cannot resolve Webhook URL hostname '${host}': [Errno -3] Temporary failure in name resolution`;
  }
}

function sealSecret(deps: Deps, secret: string): string {
  if (new TextEncoder().encode(secret).length > SECRET_LIMIT_BYTES)
    throw invalidArgument(`'secret' exceeds the maximum length of ${SECRET_LIMIT_BYTES} bytes`, 'secret');
  const sealed = deps.webhookSecrets.seal(secret);
  if (sealed === null)
    throw invalidArgument(
      'This server cannot keep the secret of a webhook: it is started without MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.',
      'secret',
    );
  return sealed;
}
