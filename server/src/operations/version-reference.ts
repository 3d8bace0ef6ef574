import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import {
  looksSemantic,
  parseSemanticVersion,
  renderSemanticVersion,
  type SemanticVersion,
} from '../domain/semantic-version.ts';
import { MLFLOW_STAGES, type Stage, toMlflowStage } from '../domain/stage.ts';
import { stageOf } from '../domain/version-stage.ts';
import type { Reader } from './ports.ts';
import { type ApprovalReader, tombstonesOf } from './tombstone.ts';
import { requireModel } from './visibility.ts';

/** How a caller names one version of a model. */
export type VersionReference =
  | { readonly by: 'number'; readonly version: number }
  | { readonly by: 'label'; readonly label: SemanticVersion };

/** How a caller picks a version to read. */
export type VersionSelector =
  | VersionReference
  | { readonly by: 'alias'; readonly alias: string }
  | { readonly by: 'stage'; readonly stage: Stage }
  /** The production version, else the newest. */
  | { readonly by: 'default' };

type Finder = Pick<Reader, 'modelVersions' | 'versionRecords' | 'registeredModels'> & ApprovalReader;

const NUMBER = /^[1-9][0-9]{0,9}$/;
const GREATEST_VERSION = 2_147_483_647;

/**
 * The integer (`3`, `"3"`) or the semantic version (`"1.4.0"`), each in its canonical spelling only: `01`
 * would be a second name for one thing. @throws `invalid_argument`.
 */
export function parseVersionReference(given: string | number, path: string): VersionReference {
  const text = String(given);
  if (looksSemantic(text)) return { by: 'label', label: parseSemanticVersion(text, path) };
  if (!NUMBER.test(text) || Number(text) > GREATEST_VERSION)
    throw invalidArgument(
      `Version ${JSON.stringify(text)} is neither a number such as 3 (1 to ${GREATEST_VERSION}) nor a semantic version such as 1.4.0.`,
      path,
    );
  return { by: 'number', version: Number(text) };
}

/** @throws `model_not_found`, `no_versions`, `version_not_found`, `version_deleted`, `version_purged`, `alias_not_found`. */
export async function selectVersion(
  reader: Finder,
  name: string,
  selector: VersionSelector,
): Promise<ModelVersion> {
  switch (selector.by) {
    case 'number':
      return findNumber(reader, name, selector.version);
    case 'label':
      return findLabel(reader, name, selector.label);
    case 'alias':
      return findAlias(reader, name, selector.alias);
    case 'stage':
      return findInStage(reader, name, selector.stage);
    case 'default':
      return findDefault(reader, name);
  }
}

async function findNumber(reader: Finder, name: string, number: number): Promise<ModelVersion> {
  const version = await reader.modelVersions.find(name, number);
  if (version !== null) return version;
  await requireModel(reader, name);
  const record = await reader.versionRecords.find(name, number);
  if (record === null || record.deletedAtMs === null)
    throw await versionNotFound(reader, name, String(number));
  const [tombstone] = await tombstonesOf(reader, [record]);
  const isPurged = (tombstone?.tombstone.purgedAtMs ?? null) !== null;
  throw new RegistryError(isPurged ? 'version_purged' : 'version_deleted', {
    name,
    version: number,
    ...tombstone,
  });
}

async function findLabel(reader: Finder, name: string, label: SemanticVersion): Promise<ModelVersion> {
  const number = await reader.versionRecords.findBySemanticVersion(name, label);
  if (number !== null) return findNumber(reader, name, number);
  await requireModel(reader, name);
  throw await versionNotFound(reader, name, renderSemanticVersion(label));
}

async function findAlias(reader: Finder, name: string, alias: string): Promise<ModelVersion> {
  const version = await reader.modelVersions.findByAlias(name, alias);
  if (version !== null) return version;
  await requireModel(reader, name);
  throw new RegistryError('alias_not_found', { name, alias });
}

async function findDefault(reader: Finder, name: string): Promise<ModelVersion> {
  const latest = await reader.modelVersions.latest(name, MLFLOW_STAGES);
  const chosen = latest.find((version) => version.stage === 'Production') ?? latest.at(-1);
  if (chosen !== undefined) return chosen;
  await requireModel(reader, name);
  throw new RegistryError('no_versions', { name });
}

async function findInStage(reader: Finder, name: string, stage: Stage): Promise<ModelVersion> {
  const latest = await reader.modelVersions.latest(name, MLFLOW_STAGES);
  const newest = latest.find((version) => version.stage === toMlflowStage(stage));
  if (newest !== undefined && newest.stage !== 'Archived') return newest;
  if (newest !== undefined) {
    // Archived and deprecated are one stage for MLflow; our mark tells them apart.
    const [marked] = await reader.modelVersions.listPage(name, { stage, before: null, limit: 1 });
    if (marked !== undefined) return marked;
  }
  if (latest.length === 0) {
    await requireModel(reader, name);
    throw new RegistryError('no_versions', { name });
  }
  throw await versionNotFound(reader, name, `stage ${stage}`);
}

/** Names the stages that have versions: what the caller could have asked for. */
async function versionNotFound(
  reader: Finder,
  name: string,
  selector: string,
): Promise<RegistryError<'version_not_found'>> {
  const versions = await reader.modelVersions.latest(name, MLFLOW_STAGES);
  const records = await reader.versionRecords.list(
    name,
    versions.map(({ version }) => version),
  );
  const stages = versions.map((version) => stageOf(version, records.get(version.version)));
  return new RegistryError('version_not_found', { name, selector, stages });
}
