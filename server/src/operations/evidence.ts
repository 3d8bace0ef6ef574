import { OPERATOR } from '../domain/actor.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { GatedVersion } from '../domain/gate.ts';
import { isSamePoint, type Metric } from '../domain/metric.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { Gate } from '../domain/policy.ts';
import type { Evidence } from '../domain/transition-request.ts';
import { evaluatedOn } from './evaluation-data.ts';
import type { ReportedCheck } from './ports/check.ts';
import type { Deps, Reader } from './ports.ts';
import { findScores } from './score-table.ts';
import { type VersionView, viewVersion } from './version-view.ts';

/** Everything that a vote is about: if any of it changes, votes lapse. */
export interface Snapshot extends Evidence {
  /** As it is kept with a request; small, and the same for the same facts. */
  readonly document: object;
  readonly gated: GatedVersion;
  readonly checks: readonly ReportedCheck[];
}

/**
 * What is known of a version now: metrics, the data that they were measured on, facts, and what was reported. Whoever
 * votes may see less than that; what is voted on does not depend on who looks.
 */
export async function takeSnapshot(
  deps: Pick<Deps, 'artifacts' | 'digests'>,
  reader: Reader,
  {
    modelId,
    version,
    gates,
  }: {
    readonly modelId: string;
    readonly version: ModelVersion;
    /** Those that it is for: they say which files are part of it. */
    readonly gates: readonly Gate[];
  },
): Promise<Snapshot> {
  const view = await viewVersion(reader, OPERATOR, version);
  const checks = await reader.checks.list(modelId, version.version);
  const gated: GatedVersion = {
    version: version.version,
    metrics: view.metrics,
    measuredOn: view.measuredOn,
    evaluatedOn: evaluatedOn(view),
    late: await lateMetrics(reader, modelId, view),
    signature: (await reader.signatures.list(modelId, [version.version])).get(version.version) ?? null,
    scores: await findScores(deps, reader, { modelId, version }, gates),
  };
  const digest = view.record?.digest ?? null;
  const document = {
    metrics: Object.fromEntries([...view.metrics].map(([name, value]) => [name, String(value)])),
    measured_on: Object.fromEntries(view.measuredOn),
    evaluated_on: gated.evaluatedOn,
    late: [...gated.late],
    ...scoresDocument(gated),
    signature: gated.signature === null ? null : deps.digests.sha256(JSON.stringify(gated.signature)),
    facts: {
      model_type: view.facts.modelType,
      data_version: view.facts.dataVersion,
      code_version: view.facts.codeVersion,
      parent: view.facts.parent === null ? null : JSON.stringify(view.facts.parent),
    },
    checks: checks.map(({ name, reporter, conclusion, digest: of }) => ({
      name,
      reporter,
      conclusion,
      digest: of,
    })),
  };
  return { digest, evidenceDigest: deps.digests.sha256(canonicalJson(document)), document, gated, checks };
}

/** Which files of scores were read; nothing when no gate asks. */
function scoresDocument({ scores }: GatedVersion): object {
  const files = [...scores].map(([key, { sha256, isLate }]) => [key, { sha256, late: isLate }]);
  return files.length === 0 ? {} : { scores: Object.fromEntries(files) };
}

/** Metrics whose value was logged after the version was registered. */
async function lateMetrics(
  reader: Reader,
  modelId: string,
  { version, points }: VersionView,
): Promise<ReadonlySet<string>> {
  const kept = await reader.registrationMetrics.list(modelId, version.version);
  // Of what MLflow registered itself only the times that clients gave are known.
  const isLate =
    kept === null
      ? ({ timestampMs }: Metric) => timestampMs > (version.createdAtMs ?? 0)
      : (point: Metric) => !kept.some((one) => isSamePoint(one, point));
  return new Set(points.filter(isLate).map(({ key }) => key));
}
