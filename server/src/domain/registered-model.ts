import { invalidArgument } from './errors.ts';
import type { Int64 } from './int64.ts';
import { checkLength, checkPathName, missingParameter } from './key-rules.ts';
import type { ModelVersion } from './model-version.ts';
import type { Tag } from './tag.ts';

/** A named line of versions. Times in ms since the epoch. */
export interface RegisteredModel {
  readonly name: string;
  readonly createdAtMs: Int64 | null;
  readonly updatedAtMs: Int64 | null;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  readonly aliases: readonly AliasEntry[];
  /** The greatest version of each MLflow stage that has one, by version; without aliases, as MLflow gives them. */
  readonly latestVersions: readonly ModelVersion[];
}

/** A movable name for a version. */
export interface AliasEntry {
  readonly alias: string;
  readonly version: number;
}

/** Whether a registered model holds models or prompts; fixed when it is created. */
export type ModelKind = 'model' | 'prompt';

/** MLflow: a registered model with this tag is a prompt. */
export const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** Characters (code points) of a name. */
export const MODEL_NAME_LIMIT = 256;
const ALIAS_LIMIT = 255;
// MLflow: Unicode word characters and dashes.
const ALIAS = /^[\p{L}\p{N}_-]+$/u;
// MLflow: decimal digits of any script.
const VERSION_ALIAS = /^[vV]\p{Nd}+$/u;

/** MLflow: any value of the tag makes a create request one for a prompt. */
export function kindOf(tags: readonly Tag[]): ModelKind {
  return tags.some((tag) => tag.key === PROMPT_TAG) ? 'prompt' : 'model';
}

/**
 * Whether a thing is a prompt is fixed when it is created: else its versions could hide from searches, or be
 * seen by other rules than those they were created under. `value` null: the tag is deleted. MLflow: does not check.
 * @throws `invalid_argument`.
 */
export function checkPromptTag(
  kind: ModelKind,
  name: string,
  tag: { key: string; value: string | null },
): void {
  if (tag.key !== PROMPT_TAG) return;
  const fits = kind === 'prompt' ? tag.value === 'true' : tag.value?.toLowerCase() !== 'true';
  if (!fits)
    throw invalidArgument(
      `Whether ${name} is a prompt is fixed; the tag ${PROMPT_TAG} cannot change.`,
      'key',
    );
}

/**
 * The rule for a new name (MLflow >= 3.11): not blank, no `/` or `:`, and the same when read as a path.
 * @throws `invalid_argument`.
 */
export function checkModelName(name: string, parameter: 'name' | 'new_name' = 'name'): void {
  if (name.trim() === '') throw missingParameter(parameter);
  if (name.includes('/') || name.includes(':'))
    throw invalidArgument(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`, parameter);
  checkPathName(name, 'name');
  checkLength('Registered model name', name, MODEL_NAME_LIMIT, parameter);
}

/** The rule for an alias to set. @throws `invalid_argument` with MLflow's sentence. */
export function checkNewAlias(alias: string): void {
  checkAlias(alias);
  if (alias.toLowerCase() === 'latest')
    throw invalidArgument("'latest' alias name (case insensitive) is reserved.", 'alias');
  if (VERSION_ALIAS.test(alias)) throw invalidArgument(`Version alias name '${alias}' is reserved.`, 'alias');
}

/** The rule for an alias to look up or delete. @throws `invalid_argument` with MLflow's sentence. */
export function checkAlias(alias: string): void {
  if (!ALIAS.test(alias))
    throw invalidArgument(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
      'alias',
    );
  checkLength('Registered model alias name', alias, ALIAS_LIMIT, 'alias');
}
