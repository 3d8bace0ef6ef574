import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import { requireRecord as adoptRecord, lockModel } from './model-identity.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { completeSeal, recordSeal, sealInUnit, surveyFiles } from './seal.ts';
import { findVersionFiles } from './version-place.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/**
 * Freezes the files of an open version now; it is sealed at once when every file came through us, else a job
 * hashes them. What is frozen already stays as it is.
 * @throws as `selectVersion`; `resource_conflict` when the registry does not hold the files.
 */
export async function sealVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; reference: VersionReference },
): Promise<VersionRecord> {
  const { name, reference } = input;
  authorizeChange(actor, 'write-artifact', name);
  const { version, root, seal } = await deps.store.read(async (reader) => {
    const found = await selectVersion(reader, name, reference);
    const record = await reader.versionRecords.find(name, found.version);
    return {
      version: found.version,
      seal: record?.seal,
      root: await findVersionFiles({ reader, artifacts: deps.artifacts }, found),
    };
  });
  // Looked at outside of the unit of work; if a file comes in between, the seal is pending first.
  const files = seal === 'open' ? await surveyFiles(deps, root) : null;
  if (files?.kind === 'unreachable' || seal === 'impossible') throw unreachable(name, version);
  const sealed = await deps.store.write(async (writer) => {
    const model = await lockModel(deps, writer, name);
    const { modelId } = model;
    await adoptRecord(deps, writer, { model, version });
    const record = await requireRecord(writer, name, version);
    if (record.seal !== 'open' || files === null) return record;
    const result = await sealInUnit(deps, writer, { modelId, version }, files);
    await writer.versionRecords.setSeal(modelId, version, { ...result, nowMs: deps.clock.now() });
    await recordSeal(deps, writer, actor, { model, version, result });
    return requireRecord(writer, name, version);
  });
  if (sealed.seal !== 'pending' || files?.kind !== 'here') return sealed;
  const pending = { modelId: sealed.modelId, modelName: name, version, path: files.root.text };
  await completeSeal(deps, pending, { onlyKnown: true });
  return deps.store.read((reader) => requireRecord(reader, name, version));
}

/** @throws `version_not_found` when it was deleted in the meantime. */
async function requireRecord(reader: Reader, name: string, version: number): Promise<VersionRecord> {
  const record = await reader.versionRecords.find(name, version);
  if (record === null || record.deletedAtMs !== null)
    throw new RegistryError('version_not_found', { name, selector: String(version) });
  return record;
}

function unreachable(name: string, version: number): RegistryError<'resource_conflict'> {
  return new RegistryError('resource_conflict', {
    message: `${name} version ${version} cannot be sealed: its files are not held by this registry, or a link lies among them.`,
  });
}
