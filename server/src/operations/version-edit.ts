import type { Actor } from '../domain/actor.ts';
import type { AuditValues } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { parseModelType } from '../domain/model-type.ts';
import { renderParent } from '../domain/parent-reference.ts';
import { checkPromptTag } from '../domain/registered-model.ts';
import { checkRegistryTag, type Tag } from '../domain/tag.ts';
import { type Facts, NO_FACTS, type Parent } from '../domain/version-record.ts';
import { versionTagChanged } from '../domain/webhook-payload.ts';
import { lockModel, requireRecord } from './model-identity.ts';
import { recordVersionUpdate } from './model-version.ts';
import { resolveParent } from './parent-resolution.ts';
import type { Deps } from './ports.ts';
import { authorizeChange, checkDescription } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';
import { type VersionView, viewVersion } from './version-view.ts';
import { announce } from './webhook-announcement.ts';

/** Facts to set; absent or null ones stay as they are. */
interface NewFacts {
  readonly modelType: string | null;
  readonly dataVersion: string | null;
  readonly codeVersion: string | null;
  readonly parentModel: string | null;
}

export interface VersionEdit {
  readonly name: string;
  readonly reference: VersionReference;
  /** Undefined leaves it, null clears it. */
  readonly description: string | null | undefined;
  /** A null value removes the tag. */
  readonly tags: ReadonlyMap<string, string | null>;
  readonly facts: NewFacts;
}

/**
 * Changes description and tags, and gives facts that have no value yet; the same value again is fine.
 * @throws as `selectVersion`; `invalid_argument`, `fact_already_set`.
 */
export async function editVersion(deps: Deps, actor: Actor, input: VersionEdit): Promise<VersionView> {
  const { name, description } = input;
  if (description !== undefined) checkDescription(description);
  for (const [key, value] of input.tags) checkRegistryTag({ key, value: value ?? '' });
  authorizeChange(actor, 'edit-metadata', name);
  return deps.store.write(async (writer) => {
    const model = await lockModel(deps, writer, name);
    const { modelId } = model;
    const { version } = await selectVersion(writer, name, input.reference);
    await requireRecord(deps, writer, { model, version });
    const kind = (await writer.registeredModels.findKind(name)) ?? 'model';
    for (const [key, value] of input.tags) checkPromptTag(kind, name, { key, value });
    const record = await writer.versionRecords.find(name, version);
    const parentText = input.facts.parentModel;
    const parent = parentText === null ? null : await resolveParent(writer, actor, parentText);
    const known = record?.facts ?? NO_FACTS;
    const facts = mergeFacts({ name, version }, known, { ...input.facts, parent });
    await writer.versionRecords.setFacts(modelId, version, facts);
    for (const [key, value] of input.tags) {
      if (value === null) await writer.modelVersions.deleteTag(name, version, key);
      else await writer.modelVersions.putTag(name, version, { key, value } satisfies Tag);
      await announce(deps, writer, versionTagChanged({ name, version }, key, value));
    }
    if (input.tags.size > 0) await writer.versionRecords.setTagged(name, version, deps.clock.now());
    if (description !== undefined)
      await writer.modelVersions.setDescription(name, version, description, deps.clock.now());
    await recordVersionUpdate(deps, writer, actor, { model, version, after: changesOf(input, known, facts) });
    return viewVersion(writer, actor, await selectVersion(writer, name, { by: 'number', version }));
  });
}

/** What the edit makes of the version, as the API names it; facts that stood already are no change. */
function changesOf({ description, tags }: VersionEdit, known: Facts, facts: Facts): AuditValues {
  const text = (parent: Parent | null) => parent && renderParent(parent);
  const values: [string, string | null, string | null][] = [
    ['model_type', known.modelType, facts.modelType],
    ['data_version', known.dataVersion, facts.dataVersion],
    ['code_version', known.codeVersion, facts.codeVersion],
    ['parent_model', text(known.parent), text(facts.parent)],
  ];
  return {
    ...(description !== undefined && { description }),
    ...Object.fromEntries([...tags].map(([key, value]) => [`tags.${key}`, value])),
    ...Object.fromEntries(
      values.filter(([, before, after]) => before !== after).map(([name, , after]) => [name, after]),
    ),
  };
}

function mergeFacts(
  id: { name: string; version: number },
  known: Facts,
  given: Omit<NewFacts, 'parentModel'> & { parent: Parent | null },
): Facts {
  const once = (fact: string, standing: string | null, value: string | null): string | null => {
    if (value === null || standing === value) return standing;
    if (standing === null) return value;
    throw new RegistryError('fact_already_set', { ...id, fact, value: standing });
  };
  const text = (parent: Parent | null) => parent && renderParent(parent);
  once('parent_model', text(known.parent), text(given.parent));
  return {
    modelType: once('model_type', known.modelType, given.modelType && parseModelType(given.modelType)),
    dataVersion: once('data_version', known.dataVersion, given.dataVersion),
    codeVersion: once('code_version', known.codeVersion, given.codeVersion),
    parent: known.parent ?? given.parent,
  };
}
