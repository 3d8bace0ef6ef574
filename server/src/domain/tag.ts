import { compareBytewise } from './bytewise-order.ts';
import { invalidArgument } from './errors.ts';
import { checkKey, checkLength, isLongerThan } from './key-rules.ts';

/** A key with a text, on anything that MLflow lets one tag. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Keys that begin so are ours; neither wire lets anyone write them. */
const RESERVED_PREFIX = 'registry.';

const KEY_LIMIT = 250;
const REGISTRY_VALUE_LIMIT = 100_000;
const PROMPT_TEXT_TAG = 'mlflow.prompt.text';

/** MLflow: when a key is given twice the last one wins; the place of the first is kept. */
export function lastTagPerKey(tags: readonly Tag[]): Tag[] {
  return [...new Map(tags.map((tag) => [tag.key, tag])).values()];
}

/** The last tag of every key, by key: as the database gives back what was written. */
export function sortedTags(tags: readonly Tag[]): Tag[] {
  return tags.length === 0 ? [] : lastTagPerKey(tags).sort((a, b) => compareBytewise(a.key, b.key));
}

/** The rule for a tag on a registered model or a version. @throws `invalid_argument` with MLflow's sentence. */
export function checkRegistryTag(tag: Tag): void {
  checkRegistryTagKey(tag.key);
  checkLength('key', tag.key, KEY_LIMIT, 'key');
  checkLength('value', tag.value, REGISTRY_VALUE_LIMIT, 'value');
}

/** The same for a version's tag. MLflow: a prompt's text has a sentence of its own. @throws `invalid_argument`. */
export function checkVersionTag(tag: Tag): void {
  if (tag.key === PROMPT_TEXT_TAG && isLongerThan(tag.value, REGISTRY_VALUE_LIMIT))
    throw invalidArgument(`Prompt text exceeds max length of ${REGISTRY_VALUE_LIMIT} characters.`, 'value');
  checkRegistryTag(tag);
}

/** The rule for the key alone, to set or to delete. */
export function checkRegistryTagKey(key: string): void {
  checkKey(key);
  checkNotReserved(key);
}

/** @throws `invalid_argument` for keys that are ours. */
export function checkNotReserved(key: string): void {
  if (key.startsWith(RESERVED_PREFIX))
    throw invalidArgument(
      `Tag key '${key}' is reserved: keys that begin with '${RESERVED_PREFIX}' belong to the registry.`,
      'key',
    );
}
