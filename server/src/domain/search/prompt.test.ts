import { expect, test } from 'vitest';
import { parseModelVersionSearch } from './model-version.ts';
import { parseRegisteredModelSearch } from './registered-model.ts';

const key = 'tags.`mlflow.prompt.is_prompt`';

test('prompts are left out unless the filter asks for them', () => {
  expect(parseRegisteredModelSearch('', []).excludePrompts).toBe(true);
  expect(parseModelVersionSearch("name = 'a'", []).excludePrompts).toBe(true);
});

test.each(["= 'true'", "= 'TRUE'", "!= 'false'"])(
  'the prompt tag %s asks for prompts and stays a condition',
  (t) => {
    const search = parseRegisteredModelSearch(`${key} ${t}`, []);
    expect(search.excludePrompts).toBe(false);
    expect(search.conditions).toHaveLength(1);
  },
);

test.each(["= 'false'", "!= 'true'", "LIKE 'true'", "= 'x'"])(
  'the prompt tag %s only leaves prompts out',
  (t) => {
    const search = parseRegisteredModelSearch(`name = 'a' and ${key} ${t}`, []);
    expect(search.excludePrompts).toBe(true);
    expect(search.conditions).toEqual([{ kind: 'attribute', key: 'name', comparator: '=', value: 'a' }]);
  },
);

test('the first test of the prompt tag decides', () => {
  const both = parseModelVersionSearch(`${key} = 'false' and ${key} = 'true'`, []);
  expect(both).toMatchObject({ excludePrompts: true, conditions: [] });
});
