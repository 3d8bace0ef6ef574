import type { Actor } from '../domain/actor.ts';
import type { Work } from '../domain/author.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import {
  compareSemanticVersions,
  nextSemanticVersion,
  renderSemanticVersion,
  type SemanticVersion,
} from '../domain/semantic-version.ts';
import type { Signature } from '../domain/signature.ts';
import { compareSignatures } from '../domain/signature-comparison.ts';
import { stageSlot } from '../domain/slot.ts';
import { type Stage, toMlflowStage } from '../domain/stage.ts';
import { sortedTags, type Tag } from '../domain/tag.ts';
import type { FactName, Facts, VersionRecord } from '../domain/version-record.ts';
import { versionCreated } from '../domain/webhook-payload.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { recordLineage } from './lineage-record.ts';
import { isPartlyAdopted, type LockedModel } from './model-identity.ts';
import type { VersionNumbering } from './ports/version-record.ts';
import type { Deps, Writer } from './ports.ts';
import { sealInUnit, type VersionFiles } from './seal.ts';
import { announce } from './webhook-announcement.ts';

/** A version to add to a locked model. */
export interface VersionInsertion {
  readonly identity: LockedModel;
  /** As `lockForInsertion` found it; null: it is asked for. */
  readonly numbering: VersionNumbering | null;
  readonly origin: 'v1' | 'mlflow';
  readonly stage: Stage;
  readonly description: string | null;
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly tags: readonly Tag[];
  /** Null: the next minor. */
  readonly semanticVersion: SemanticVersion | null;
  readonly facts: Facts;
  readonly inferredFacts: readonly FactName[];
  readonly files: VersionFiles;
  readonly loggedModelId: string | null;
  /** The version that it is a copy of. */
  readonly copyOf: { readonly name: string; readonly version: number } | null;
}

const COLUMN_LIMIT = 500;
const UNNUMBERED = { modelId: '', lastNumberOfName: 0, greatestLabel: null, enteredAtMs: null };

/**
 * Gives the next number and label, inserts version, record and first interval, freezes and seals the files,
 * all in the caller's unit of work, whose model is locked (`lockModel`).
 * @throws `semantic_version_conflict`, `invalid_argument` (a text too long for its column).
 */
export async function insertVersion(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  insertion: VersionInsertion,
): Promise<{ version: ModelVersion; record: VersionRecord }> {
  const { identity, stage } = insertion;
  checkColumn('source', insertion.source);
  checkColumn('source', insertion.storageLocation);
  checkColumn('run_link', insertion.runLink ?? '');
  const nowMs = deps.clock.now();
  const slot = stageSlot(stage);
  const numbering =
    insertion.numbering ?? (await writer.versionRecords.findNumbering(identity.name, slot)) ?? UNNUMBERED;
  // One more than any version of this name ever had, deleted models included.
  const number = Math.max(identity.greatestNumber, numbering.lastNumberOfName) + 1;
  const label = await chooseLabel(writer, identity, numbering, insertion);
  const atMs = Math.max(nowMs, (numbering.enteredAtMs ?? 0) + 1);
  await writer.modelVersions.insert({
    name: identity.name,
    version: number,
    description: insertion.description,
    userId: null,
    stage: toMlflowStage(stage),
    source: insertion.source,
    runId: insertion.runId,
    runLink: insertion.runLink,
    storageLocation: insertion.storageLocation,
    tags: insertion.tags,
    nowMs,
  });
  const sealed = await sealInUnit(
    deps,
    writer,
    { modelId: identity.modelId, version: number },
    insertion.files,
  );
  const record: VersionRecord = {
    modelId: identity.modelId,
    version: number,
    createdAtMs: nowMs,
    createdBy: actor.subjectId,
    origin: insertion.origin,
    semanticVersion: label,
    deprecated: stage === 'deprecated',
    ...sealed,
    facts: insertion.facts,
    inferredFacts: insertion.inferredFacts,
    deletedAtMs: null,
  };
  await writer.versionRecords.insert(record);
  await writer.registrationMetrics.keep({ modelId: identity.modelId, version: number }, insertion);
  await addAuthors(writer, actor, { ...insertion, version: number });
  await recordLineage(
    writer,
    { ...insertion, modelId: identity.modelId, version: number },
    { by: actor.subjectId, atMs: nowMs },
  );
  if (!isPartlyAdopted(identity)) await writer.versionRecords.raiseAdoptedThrough(identity.modelId, number);
  const change = { modelId: identity.modelId, atMs, actor: actor.subjectId, reason: null };
  await writer.slots.enter(change, slot, number, 'direct');
  await writer.registeredModels.touch(identity.name, nowMs);
  await announce(deps, writer, versionCreated({ ...insertion, name: identity.name, version: number }));
  await recordEvent(deps, writer, actor, {
    action: 'model_version.create',
    object: versionObject(identity, number, sealed.digest),
    after: {
      stage,
      semantic_version: renderSemanticVersion(label),
      source: insertion.source,
      run_id: insertion.runId,
    },
  });
  return { version: insertedVersion(insertion, number, nowMs), record };
}

/** Whoever made a part of it is an author, whether they meant to or not: none of them judges it (v1-api section 3). */
async function addAuthors(
  writer: Writer,
  actor: Actor,
  { identity, version, runId, loggedModelId, copyOf }: VersionInsertion & { readonly version: number },
): Promise<void> {
  const work = { kind: 'version', modelId: identity.modelId, version } as const;
  await writer.authors.add(work, actor.subjectId);
  const original = copyOf === null ? null : await writer.versionRecords.findIdentity(copyOf.name);
  const parts: Work[] = [];
  if (runId !== null && runId !== '') parts.push({ kind: 'run', runId });
  if (loggedModelId !== null) parts.push({ kind: 'logged_model', modelId: loggedModelId });
  if (original !== null && copyOf !== null)
    parts.push({ kind: 'version', modelId: original.modelId, version: copyOf.version });
  await writer.authors.addThoseOf(work, parts);
}

/** As it would be read now. */
function insertedVersion(insertion: VersionInsertion, version: number, nowMs: number): ModelVersion {
  return {
    name: insertion.identity.name,
    version,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    description: insertion.description,
    userId: null,
    stage: toMlflowStage(insertion.stage),
    source: insertion.source,
    runId: insertion.runId,
    status: 'READY',
    statusMessage: null,
    runLink: insertion.runLink,
    storageLocation: insertion.storageLocation,
    tags: sortedTags(insertion.tags),
    aliases: [],
  };
}

async function chooseLabel(
  writer: Writer,
  model: LockedModel,
  numbering: VersionNumbering,
  { semanticVersion: given, files }: Pick<VersionInsertion, 'semanticVersion' | 'files'>,
): Promise<SemanticVersion> {
  const { name } = model;
  const greatest = await greatestLabel(writer, model, numbering.greatestLabel);
  if (given === null) {
    const signature = files.kind === 'here' ? (files.mlmodel?.signature ?? null) : null;
    return nextSemanticVersion(greatest, await isBreaking(writer, model, { greatest, signature }));
  }
  if (greatest !== null && compareSemanticVersions(given, greatest) <= 0)
    throw new RegistryError('semantic_version_conflict', {
      name,
      given: renderSemanticVersion(given),
      greatest: renderSemanticVersion(greatest),
    });
  return given;
}

/** Whether who calls the version with the greatest label could not call this one; what is not known breaks nothing. */
async function isBreaking(
  writer: Writer,
  { modelId }: LockedModel,
  { greatest, signature }: { greatest: SemanticVersion | null; signature: Signature | null },
): Promise<boolean> {
  if (greatest === null || signature === null) return false;
  const older = await writer.signatures.findOfLabel(modelId, greatest);
  return compareSignatures(older, signature).compatibility === 'breaking';
}

/** The greatest label, also of the versions that are not adopted yet (`AdoptionWriter.adoptNext` has the rule). */
async function greatestLabel(
  writer: Writer,
  model: LockedModel,
  greatest: SemanticVersion | null,
): Promise<SemanticVersion | null> {
  if (!isPartlyAdopted(model)) return greatest;
  const ahead = model.greatestNumber - (await writer.adoptions.greatestRecorded(model.modelId));
  if (ahead <= 0 || greatest === null) return greatest;
  return { ...greatest, minor: greatest.minor + ahead, patch: 0, prerelease: '' };
}

function checkColumn(field: string, text: string): void {
  if (text.length > COLUMN_LIMIT && [...text].length > COLUMN_LIMIT)
    throw invalidArgument(`'${field}' exceeds the maximum length of ${COLUMN_LIMIT} characters`, field);
}
