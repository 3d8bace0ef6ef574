import { asciiJson } from './key-rules.ts';
import { pythonJson } from './python-json.ts';
import { PROMPT_TAG } from './registered-model.ts';
import { lastTagPerKey, type Tag } from './tag.ts';
import type { WebhookAction, WebhookEntity, WebhookEvent } from './webhook.ts';

/**
 * What is told to webhooks about a change (mlflow/webhooks/types.py, and where mlflow/server/handlers.py fires).
 * `data` is JSON. The entity is either known, or depends on whether the registered model is a prompt.
 */
export interface Announcement {
  readonly action: WebhookAction;
  readonly entity:
    | WebhookEntity
    | { readonly model: string; readonly ofModel: WebhookEntity; readonly ofPrompt: WebhookEntity };
  readonly data: string;
}

const PROMPT_TEXT_TAG = 'mlflow.prompt.text';
const PROMPT_TYPE_TAG = '_mlflow_prompt_type';

/** MLflow: a model's empty description is told as an empty text. */
export function modelCreated(model: {
  name: string;
  tags: readonly Tag[];
  description: string | null;
}): Announcement {
  const isPrompt = isPromptsTags(model.tags);
  return {
    entity: isPrompt ? 'prompt' : 'registered_model',
    action: 'created',
    data: fields(
      ['name', model.name],
      ['tags', isPrompt ? withoutInternal(model.tags) : model.tags],
      ['description', model.description ?? ''],
    ),
  };
}

/** MLflow: a version's empty description and run id are told as null; a prompt's text has a field of its own. */
export function versionCreated(version: {
  name: string;
  version: number;
  source: string;
  runId: string | null;
  tags: readonly Tag[];
  description: string | null;
}): Announcement {
  const named = [
    ['name', version.name],
    ['version', String(version.version)],
  ] as const;
  const description = ['description', version.description || null] as const;
  if (!isPromptsTags(version.tags))
    return {
      entity: 'model_version',
      action: 'created',
      data: fields(
        ...named,
        ['source', version.source],
        ['run_id', version.runId || null],
        ['tags', version.tags],
        description,
      ),
    };
  const template = version.tags.findLast((tag) => tag.key === PROMPT_TEXT_TAG)?.value ?? null;
  const tags = withoutInternal(version.tags).filter((tag) => tag.key !== PROMPT_TEXT_TAG);
  return {
    entity: 'prompt_version',
    action: 'created',
    data: fields(...named, ['template', template], ['tags', tags], description),
  };
}

/** Tags of registered models are announced for prompts alone. `value` null: deleted. */
export function promptTagChanged(name: string, key: string, value: string | null): Announcement {
  const named = [
    ['name', name],
    ['key', key],
  ] as const;
  return {
    entity: 'prompt_tag',
    ...(value === null
      ? { action: 'deleted', data: fields(...named) }
      : { action: 'set', data: fields(...named, ['value', value]) }),
  };
}

/** `value` null: deleted. */
export function versionTagChanged(
  { name, version }: { name: string; version: number },
  key: string,
  value: string | null,
): Announcement {
  const named = [
    ['name', name],
    ['version', String(version)],
    ['key', key],
  ] as const;
  return {
    entity: { model: name, ofModel: 'model_version_tag', ofPrompt: 'prompt_version_tag' },
    ...(value === null
      ? { action: 'deleted', data: fields(...named) }
      : { action: 'set', data: fields(...named, ['value', value]) }),
  };
}

/** `version` null: the alias is deleted. */
export function aliasChanged(name: string, alias: string, version: number | null): Announcement {
  const named = [
    ['name', name],
    ['alias', alias],
  ] as const;
  return {
    entity: { model: name, ofModel: 'model_version_alias', ofPrompt: 'prompt_alias' },
    ...(version === null
      ? { action: 'deleted', data: fields(...named) }
      : { action: 'created', data: fields(...named, ['version', String(version)]) }),
  };
}

/** The body that is sent, in the form of Python's `json.dumps`. */
export function webhookBody({ entity, action }: WebhookEvent, atMs: number, data: string): string {
  const timestamp = `${new Date(atMs).toISOString().slice(0, -1)}000+00:00`;
  return `{"entity": ${asciiJson(entity)}, "action": ${asciiJson(action)}, "timestamp": "${timestamp}", "data": ${data}}`;
}

/** What MLflow sends when a webhook is tried (`get_example_payload_for_event`). */
export function exampleData({ entity, action }: WebhookEvent): string {
  if (entity === 'budget_policy') return BUDGET_EXAMPLE;
  const isPrompt = entity.startsWith('prompt');
  const noun = isPrompt ? 'prompt' : 'model';
  const name = `example_${noun}`;
  const tag = { key: 'example_key', value: 'example_value' };
  switch (entity) {
    case 'registered_model':
    case 'prompt':
      return pythonJson({
        name,
        tags: EXAMPLE_TAGS,
        description: `An example ${isPrompt ? noun : 'registered model'}`,
      });
    case 'model_version':
      return pythonJson({
        name,
        version: '1',
        source: 'models:/123',
        run_id: 'abcd1234abcd5678',
        tags: EXAMPLE_TAGS,
        description: 'An example model version',
      });
    case 'prompt_version':
      return pythonJson({
        name,
        version: '1',
        template: 'Hello {{name}}!',
        tags: EXAMPLE_TAGS,
        description: 'An example prompt version',
      });
    case 'prompt_tag':
      return promptTagChanged(name, tag.key, action === 'set' ? tag.value : null).data;
    case 'model_version_tag':
    case 'prompt_version_tag':
      return versionTagChanged({ name, version: 1 }, tag.key, action === 'set' ? tag.value : null).data;
    case 'model_version_alias':
    case 'prompt_alias':
      return aliasChanged(name, 'example_alias', action === 'created' ? 1 : null).data;
  }
}

const EXAMPLE_TAGS = { example_key: 'example_value' };

// A text, because JavaScript writes 100.0 as 100.
const BUDGET_EXAMPLE =
  '{"budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5, ' +
  '"duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default", ' +
  '"target_value": "ep-abc123", "window_start": 1704067200000}';

/** MLflow: the last tag of the key counts, and only `true` in any case makes it a prompt's. */
function isPromptsTags(tags: readonly Tag[]): boolean {
  return tags.findLast((tag) => tag.key === PROMPT_TAG)?.value.toLowerCase() === 'true';
}

function withoutInternal(tags: readonly Tag[]): Tag[] {
  return tags.filter((tag) => tag.key !== PROMPT_TAG && tag.key !== PROMPT_TYPE_TAG);
}

/** A JSON object in this order. Tags are written without building an object, whose keys would be a user's. */
function fields(...entries: (readonly [name: string, value: string | null | readonly Tag[]])[]): string {
  const texts = entries.map(
    ([name, value]) =>
      `"${name}": ${typeof value === 'object' && value !== null ? tagsJson(value) : asciiJson(value)}`,
  );
  return `{${texts.join(', ')}}`;
}

function tagsJson(tags: readonly Tag[]): string {
  return `{${lastTagPerKey(tags)
    .map(({ key, value }) => `${asciiJson(key)}: ${asciiJson(value)}`)
    .join(', ')}}`;
}
