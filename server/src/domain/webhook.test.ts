import { describe, expect, test } from 'vitest';
import { checkWebhookEvent, checkWebhookEvents, checkWebhookName, WEBHOOK_EVENTS } from './webhook.ts';

describe('names', () => {
  test.each(['a', '0', 'A.b_c-D', 'a'.repeat(63)])('%s is one', (name) => {
    expect(() => checkWebhookName(name)).not.toThrow();
  });

  test.each(['', ' ', '-a', 'a-', '.a', 'a b', 'a'.repeat(64), 'ab\n', 'é', 'ſ', 'a/b'])(
    '%j is none',
    (name) => {
      expect(() => checkWebhookName(name)).toThrow(
        /is invalid. It must start and end with a letter or digit/,
      );
    },
  );

  test('the refusal shows the name as Python does', () => {
    expect(() => checkWebhookName("a'b\n")).toThrow(/^Webhook name "a'b\\n" is invalid/);
  });
});

describe('events', () => {
  test('there are the fifteen of MLflow', () => {
    expect(WEBHOOK_EVENTS.map(({ entity, action }) => `${entity}.${action}`).sort()).toEqual([
      'budget_policy.exceeded',
      'model_version.created',
      'model_version_alias.created',
      'model_version_alias.deleted',
      'model_version_tag.deleted',
      'model_version_tag.set',
      'prompt.created',
      'prompt_alias.created',
      'prompt_alias.deleted',
      'prompt_tag.deleted',
      'prompt_tag.set',
      'prompt_version.created',
      'prompt_version_tag.deleted',
      'prompt_version_tag.set',
      'registered_model.created',
    ]);
    for (const event of WEBHOOK_EVENTS) expect(() => checkWebhookEvent(event)).not.toThrow();
  });

  test('an action that an entity does not have is refused with those that it has', () => {
    expect(() => checkWebhookEvent({ entity: 'model_version_tag', action: 'created' })).toThrow(
      "Invalid action 'created' for entity 'model_version_tag'. Valid actions are: ['deleted', 'set']",
    );
    expect(() => checkWebhookEvent({ entity: 'registered_model', action: 'updated' })).toThrow(
      "Invalid action 'updated' for entity 'registered_model'. Valid actions are: ['created']",
    );
  });

  test('there must be one, and none twice', () => {
    const event = { entity: 'prompt', action: 'created' } as const;
    expect(() => checkWebhookEvents([])).toThrow(
      'Webhook events must be a non-empty list of WebhookEvent objects: [].',
    );
    expect(() => checkWebhookEvents([event, { ...event }])).toThrow("'prompt.created' is given twice");
    expect(() => checkWebhookEvents([event, { ...event, entity: 'prompt_version' }])).not.toThrow();
  });
});
