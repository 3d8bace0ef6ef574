import type { Door } from '../door.ts';
import { createWebhookDoor } from './create-webhook.ts';
import { deleteWebhookDoor } from './delete-webhook.ts';
import { getWebhookDoor } from './get-webhook.ts';
import { listWebhooksDoor } from './list-webhooks.ts';
import { testWebhookDoor } from './test-webhook.ts';
import { updateWebhookDoor } from './update-webhook.ts';

export const webhookDoors: readonly Door[] = [
  createWebhookDoor,
  listWebhooksDoor,
  getWebhookDoor,
  updateWebhookDoor,
  deleteWebhookDoor,
  testWebhookDoor,
];
