import {
  checkWebhookEvent,
  type WebhookAction,
  type WebhookEntity,
  type WebhookEvent,
  type WebhookStatus,
} from '../../../domain/webhook.ts';
import { enumeration, type Field, type InputOf, message, required } from '../proto-json.ts';

/** MLflow's numbers (mlflow/protos/webhooks.proto). */
const STATUSES = { ACTIVE: 1, DISABLED: 2 } as const satisfies Record<WebhookStatus, number>;

const ENTITIES = {
  REGISTERED_MODEL: 1,
  MODEL_VERSION: 2,
  MODEL_VERSION_TAG: 3,
  MODEL_VERSION_ALIAS: 4,
  PROMPT: 5,
  PROMPT_VERSION: 6,
  PROMPT_TAG: 7,
  PROMPT_VERSION_TAG: 8,
  PROMPT_ALIAS: 9,
  BUDGET_POLICY: 10,
} as const satisfies Record<Uppercase<WebhookEntity>, number>;

const ACTIONS = { CREATED: 1, UPDATED: 2, DELETED: 3, SET: 4, EXCEEDED: 5 } as const satisfies Record<
  Uppercase<WebhookAction>,
  number
>;

/** One event. MLflow: answers 500 when one of the two is absent or unknown. */
export const EVENT = message({
  entity: required(enumeration(ENTITIES)),
  action: required(enumeration(ACTIONS)),
});

/** The status; MLflow: an empty text is as if it were unset. */
export function statusField(): Field<WebhookStatus | undefined> {
  const field = enumeration(STATUSES);
  return { ...field, read: (value, path) => field.read(value === '' ? undefined : value, path) };
}

/** @throws `invalid_argument` for an action that the entity does not have. */
export function toWebhookEvent({ entity, action }: InputOf<typeof EVENT>): WebhookEvent {
  const event = {
    entity: entity.toLowerCase() as WebhookEntity,
    action: action.toLowerCase() as WebhookAction,
  };
  checkWebhookEvent(event);
  return event;
}
