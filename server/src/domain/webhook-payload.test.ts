import { describe, expect, test } from 'vitest';
import { WEBHOOK_EVENTS } from './webhook.ts';
import {
  aliasChanged,
  exampleData,
  modelCreated,
  promptTagChanged,
  versionCreated,
  versionTagChanged,
  webhookBody,
} from './webhook-payload.ts';

const PROMPT = { key: 'mlflow.prompt.is_prompt', value: 'true' };
const VERSION = { name: 'm', version: 2, source: 's3://b/p', runId: null, tags: [], description: null };

/** Bodies as a real MLflow 3.17.2 sent them for the same changes. */
describe('what is told', () => {
  test('of a registered model: name, tags by the last of each key, description as text', () => {
    const tags = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
      { key: 'a', value: '3' },
    ];
    expect(modelCreated({ name: 'm2', tags, description: 'dé\u0001' })).toEqual({
      entity: 'registered_model',
      action: 'created',
      data: '{"name": "m2", "tags": {"a": "3", "b": "2"}, "description": "d\\u00e9\\u0001"}',
    });
    expect(modelCreated({ name: 'm1', tags: [], description: null }).data).toBe(
      '{"name": "m1", "tags": {}, "description": ""}',
    );
  });

  test('of a model whose prompt tag says no: the tag stays', () => {
    const tags = [{ ...PROMPT, value: 'false' }];
    expect(modelCreated({ name: 'm3', tags, description: '' })).toMatchObject({
      entity: 'registered_model',
      data: '{"name": "m3", "tags": {"mlflow.prompt.is_prompt": "false"}, "description": ""}',
    });
  });

  test('of a prompt: without the tags that make it one', () => {
    const tags = [PROMPT, { key: '_mlflow_prompt_type', value: 'text' }, { key: 'x', value: 'y' }];
    expect(modelCreated({ name: 'p1', tags, description: 'pd' })).toEqual({
      entity: 'prompt',
      action: 'created',
      data: '{"name": "p1", "tags": {"x": "y"}, "description": "pd"}',
    });
    expect(modelCreated({ name: 'p2', tags: [{ ...PROMPT, value: 'TRUE' }], description: '' }).entity).toBe(
      'prompt',
    );
  });

  test('of a version: what is absent or empty is null', () => {
    expect(versionCreated({ ...VERSION, runId: '', description: '' })).toEqual({
      entity: 'model_version',
      action: 'created',
      data: '{"name": "m", "version": "2", "source": "s3://b/p", "run_id": null, "tags": {}, "description": null}',
    });
  });

  test('of a prompt’s version: its text apart from the tags', () => {
    const tags = [PROMPT, { key: 'mlflow.prompt.text', value: 'Hello {{n}}' }, { key: 'c', value: 'd' }];
    expect(versionCreated({ ...VERSION, tags, description: 'pv' })).toEqual({
      entity: 'prompt_version',
      action: 'created',
      data: '{"name": "m", "version": "2", "template": "Hello {{n}}", "tags": {"c": "d"}, "description": "pv"}',
    });
    expect(versionCreated({ ...VERSION, tags: [PROMPT] }).data).toContain('"template": null');
  });

  test('of tags and aliases: what they are on decides whose event it is', () => {
    expect(promptTagChanged('p', 'k', '')).toEqual({
      entity: 'prompt_tag',
      action: 'set',
      data: '{"name": "p", "key": "k", "value": ""}',
    });
    expect(promptTagChanged('p', 'k', null)).toMatchObject({
      action: 'deleted',
      data: '{"name": "p", "key": "k"}',
    });
    expect(versionTagChanged({ name: 'm', version: 1 }, 'k', 'v')).toEqual({
      entity: { model: 'm', ofModel: 'model_version_tag', ofPrompt: 'prompt_version_tag' },
      action: 'set',
      data: '{"name": "m", "version": "1", "key": "k", "value": "v"}',
    });
    expect(aliasChanged('m', 'champ', 1)).toEqual({
      entity: { model: 'm', ofModel: 'model_version_alias', ofPrompt: 'prompt_alias' },
      action: 'created',
      data: '{"name": "m", "alias": "champ", "version": "1"}',
    });
    expect(aliasChanged('m', 'champ', null)).toMatchObject({
      action: 'deleted',
      data: '{"name": "m", "alias": "champ"}',
    });
  });

  test('tags named like properties of every object are tags like others', () => {
    const tags = ['__proto__', 'constructor', '10', '2'].map((key) => ({ key, value: 'x' }));
    expect(modelCreated({ name: 'm', tags, description: '' }).data).toBe(
      '{"name": "m", "tags": {"__proto__": "x", "constructor": "x", "10": "x", "2": "x"}, "description": ""}',
    );
  });

  test('the body says what happened, when, and to what', () => {
    const atMs = Date.UTC(2026, 2, 4, 6, 0, 0, 7);
    expect(webhookBody({ entity: 'prompt', action: 'created' }, atMs, '{"name": "p"}')).toBe(
      '{"entity": "prompt", "action": "created", "timestamp": "2026-03-04T06:00:00.007000+00:00", "data": {"name": "p"}}',
    );
  });

  test('there is an example of each event', () => {
    for (const event of WEBHOOK_EVENTS)
      expect(Object.keys(JSON.parse(exampleData(event))).length).toBeGreaterThan(1);
    expect(exampleData({ entity: 'registered_model', action: 'created' })).toBe(
      '{"name": "example_model", "tags": {"example_key": "example_value"}, "description": "An example registered model"}',
    );
    expect(exampleData({ entity: 'prompt_version_tag', action: 'deleted' })).toBe(
      '{"name": "example_prompt", "version": "1", "key": "example_key"}',
    );
    expect(exampleData({ entity: 'budget_policy', action: 'exceeded' })).toContain(
      '"budget_amount": 100.0, "current',
    );
  });
});
