import { invalidArgument } from './errors.ts';
import type { Int64 } from './int64.ts';
import { checkLength } from './key-rules.ts';
import { reprString } from './search/python-text.ts';

/** A receiver of announcements (MLflow's `webhooks`). Its secret is never part of it. */
export interface Webhook {
  readonly webhookId: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly status: WebhookStatus;
  /** By entity and action. */
  readonly events: readonly WebhookEvent[];
  readonly createdAtMs: Int64 | null;
  readonly updatedAtMs: Int64 | null;
}

export type WebhookStatus = 'ACTIVE' | 'DISABLED';

/** What a webhook can listen to: `model_version_tag` and `set`. Checked by `checkWebhookEvent`. */
export interface WebhookEvent {
  readonly entity: WebhookEntity;
  readonly action: WebhookAction;
}

/** MLflow: VALID_ENTITY_ACTIONS, the actions by name. Nothing here exceeds a budget; MLflow's gateway does. */
const ACTIONS = {
  registered_model: ['created'],
  model_version: ['created'],
  model_version_tag: ['deleted', 'set'],
  model_version_alias: ['created', 'deleted'],
  prompt: ['created'],
  prompt_version: ['created'],
  prompt_tag: ['deleted', 'set'],
  prompt_version_tag: ['deleted', 'set'],
  prompt_alias: ['created', 'deleted'],
  budget_policy: ['exceeded'],
} as const satisfies Record<string, readonly WebhookAction[]>;

export type WebhookEntity = keyof typeof ACTIONS;
export type WebhookAction = 'created' | 'updated' | 'deleted' | 'set' | 'exceeded';

/** MLflow's events in its order. */
export const WEBHOOK_EVENTS: readonly WebhookEvent[] = Object.entries(ACTIONS).flatMap(([entity, actions]) =>
  actions.map((action) => ({ entity: entity as WebhookEntity, action })),
);

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const NAME_LIMIT = 63;
const DESCRIPTION_LIMIT = 1_000;

/** @throws `invalid_argument` with MLflow's sentence for an action that the entity does not have. */
export function checkWebhookEvent({ entity, action }: WebhookEvent): void {
  const actions: readonly WebhookAction[] = ACTIONS[entity];
  if (!actions.includes(action))
    throw invalidArgument(
      `Invalid action '${action}' for entity '${entity}'. Valid actions are: [${actions.map(reprString).join(', ')}]`,
      'events',
    );
}

/** @throws `invalid_argument` for no events, and for one given twice (MLflow: the database's own words). */
export function checkWebhookEvents(events: readonly WebhookEvent[]): void {
  if (events.length === 0)
    throw invalidArgument('Webhook events must be a non-empty list of WebhookEvent objects: [].', 'events');
  const seen = new Set<string>();
  for (const { entity, action } of events) {
    const event = `${entity}.${action}`;
    if (seen.has(event)) throw invalidArgument(`Webhook event '${event}' is given twice.`, 'events');
    seen.add(event);
  }
}

/** @throws `invalid_argument` with MLflow's sentence. MLflow: also takes U+017F and U+212A, by accident. */
export function checkWebhookName(name: string): void {
  if (name.length > NAME_LIMIT || !NAME.test(name))
    throw invalidArgument(
      `Webhook name ${reprString(name)} is invalid. It must start and end with a letter or digit, be less than 63 ` +
        'characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).',
      'name',
    );
}

/** @throws `invalid_argument` beyond what its column holds. */
export function checkWebhookDescription(description: string): void {
  checkLength('description', description, DESCRIPTION_LIMIT, 'description');
}
