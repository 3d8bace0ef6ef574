import type { Databases } from './database.ts';
import { runStatements } from './million.ts';
import { residentMib } from './resident.ts';
import { type Place, startRegistry } from './server-process.ts';

const MODELS = 1_000;
const OF_EACH = 500;
const OF_THE_FIRST = 500_500;
const BUDGET_MS = 60_000;
const WATCH_MS = 250;

/** Plans over a million versions: when nothing's time has come, and when everything's has. */
export async function retention(databases: Databases): Promise<void> {
  const place = await databases.create('retention');
  await (await startRegistry(place)).stop();
  await runStatements(place, statements());
  const none = { RETENTION_DEVELOPMENT_DAYS: '3650', RETENTION_ARCHIVED_DAYS: '3650' };
  await plan(place, 'nothing due', none);
  await plan(place, 'all due', { RETENTION_ARCHIVED_DAYS: '365' });
}

async function plan(place: Place, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const server = await startRegistry(place, settings);
  const idle = residentMib(server.pid);
  let peak = idle;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMib(server.pid));
  }, WATCH_MS);
  const startedMs = performance.now();
  const answer = await fetch(`${server.origin}/api/v1/retention/plans`, { method: 'POST' });
  const tookMs = performance.now() - startedMs;
  clearInterval(watch);
  const { plan: made, detail } = (await answer.json()) as { plan?: { totals: object }; detail?: string };
  const verdict = tookMs <= BUDGET_MS ? 'met' : 'missed';
  console.log(
    `${name.padEnd(12)} ${(tookMs / 1000).toFixed(1)} s: ${verdict}; ${(peak - idle).toFixed(0)} MiB above idle; ${JSON.stringify(made?.totals ?? detail)}`,
  );
  await server.stop();
}

/**
 * A thousand models of 500 versions and one of half a million; one in a thousand archived, each model's first in production
 * and made from its second, holds and aliases on some.
 */
function statements(): string[] {
  const numbers = (name: string, least: number, most: number) =>
    `${name}(${name}) as (select ${least} union all select ${name} + 1 from ${name} where ${name} < ${most})`;
  const all = `with recursive ${numbers('m', 0, MODELS)}, ${numbers('v', 1, OF_THE_FIRST)},
    n as (select m, v, 'model-' || m as name, 'id-' || m as id, 1700000000000 + v as at,
      case when v = 1 then 'Production' when v % 1000 = 0 then 'Archived' else 'None' end as stage,
      case when v = 1 then 'production' when v % 1000 = 0 then 'archived' else 'development' end as slot
      from m join v on v <= case when m = 0 then ${OF_THE_FIRST} else ${OF_EACH} end)`;
  const models = `with recursive ${numbers('m', 0, MODELS)}`;
  const said = `'declared', 'local', 1700000000000`;
  return [
    `${models} insert into registered_models (workspace, name, creation_time, last_updated_time, description)
       select 'default', 'model-' || m, 1700000000000, 1700000000000, '' from m`,
    `${models} insert into registry_models (model_id, workspace, name, kind, mlflow_created_at_ms, adopted_through,
       created_at_ms, created_by)
       select 'id-' || m, 'default', 'model-' || m, 'model', 1700000000000,
         case when m = 0 then ${OF_THE_FIRST} else ${OF_EACH} end, 1700000000000, 'local' from m`,
    `${all} insert into model_versions (workspace, name, version, creation_time, last_updated_time, description,
       current_stage, source, run_id, status, storage_location)
       select 'default', name, v, at, at, '', stage, 's3://bucket/m', '', 'READY', 's3://bucket/m' from n`,
    `${all} insert into registry_versions (model_id, version, created_at_ms, created_by, origin, deprecated, seal,
       size_bytes, inferred_facts, lineage_kept)
       select id, v, at, 'local', 'mlflow', false, 'impossible', 1000, '[]', true from n`,
    `${all} insert into registry_slot_intervals (model_id, slot, version, from_ms, actor, forced, origin)
       select id, 'stage:' || slot, v, at, 'local', false, 'direct' from n`,
    `${all} insert into registry_lineage_edges (workspace, downstream, upstream, kind, origin, declared_by, at_ms)
       select 'default', 'model_version:' || id || '/' || (v - 1), 'model_version:' || id || '/' || v, 'derived_from',
         ${said} from n where v % 100 = 2`,
    `${all} insert into registered_model_aliases (workspace, name, alias, version)
       select 'default', name, 'alias-' || v, v from n where v % 250 = 3`,
    `${all} insert into registry_slot_intervals (model_id, slot, version, from_ms, actor, forced, origin)
       select id, 'alias:alias-' || v, v, at, 'local', false, 'direct' from n where v % 250 = 3`,
    `${all} insert into registry_holds (hold_id, model_id, version, reason, placed_by, placed_at_ms)
       select id || '-' || v, id, v, 'r', 'local', 1700000000000 from n where v % 500 = 4`,
  ];
}
