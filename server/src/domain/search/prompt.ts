import { PROMPT_TAG } from '../registered-model.ts';
import type { StringTest } from './condition.ts';

type Tagged<C> = Extract<C, { kind: 'tag' }>;

/** Whether a test of the prompt tag asks for prompts. */
function asksForPrompts(test: StringTest): boolean {
  const value = test.value.toLowerCase();
  return (test.comparator === '=' && value === 'true') || (test.comparator === '!=' && value === 'false');
}

/**
 * How a search of models or versions treats prompts. MLflow: the first test of the prompt tag decides. When
 * it asks for prompts, all tests hold as they stand. Else prompts are left out, and the tests of that tag do
 * not count, because no model carries it.
 */
export function applyPromptRule<C extends { readonly kind: string; readonly key: string }>(
  conditions: readonly C[],
): { conditions: readonly C[]; excludePrompts: boolean } {
  const isPromptTest = (condition: C) => condition.kind === 'tag' && condition.key === PROMPT_TAG;
  const first = conditions.find(isPromptTest) as (Tagged<C> & StringTest) | undefined;
  if (first !== undefined && asksForPrompts(first)) return { conditions, excludePrompts: false };
  return {
    conditions: conditions.filter((condition) => !isPromptTest(condition)),
    excludePrompts: true,
  };
}
