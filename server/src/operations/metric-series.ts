import type { Actor } from '../domain/actor.ts';
import { directionOf, type MetricDirection } from '../domain/metric-direction.ts';
import { policyOf } from './policy-choice.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { type VersionView, viewVersions } from './version-view.ts';
import { requireModel } from './visibility.ts';

export interface MetricSeries {
  /** Which way it gets better, as the policy or its well-known name says; null: neither does. */
  readonly direction: MetricDirection | null;
  /** Newest first. `value` null: the version does not have it. */
  readonly points: readonly { readonly view: VersionView; readonly value: number | null }[];
  /** `before` of the next page; null at the end. */
  readonly nextBefore: number | null;
}

/** One metric of all versions of a model, in a constant number of statements a page. @throws `model_not_found`. */
export async function getMetricSeries(
  deps: Deps,
  actor: Actor,
  query: {
    readonly name: string;
    readonly metric: string;
    /** Only versions below this number; null: from the newest. */
    readonly before: number | null;
    readonly limit: number;
  },
): Promise<MetricSeries> {
  const { name, metric, before, limit } = query;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    await requireModel(reader, name);
    const found = await reader.modelVersions.listPage(name, { stage: null, before, limit: limit + 1 });
    const versions = found.slice(0, limit);
    const views = await viewVersions(reader, actor, { name, versions, withRuns: true });
    const identity = await reader.versionRecords.findIdentity(name);
    const directions =
      identity === null ? new Map() : (await policyOf(deps, reader, identity)).policy.metrics;
    return {
      direction: directionOf(metric, directions),
      points: views.map((view) => ({ view, value: view.metrics.get(metric) ?? null })),
      nextBefore: found.length > limit ? (versions.at(-1)?.version ?? null) : null,
    };
  });
}
