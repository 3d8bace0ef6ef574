import type { Migration } from './migration.ts';

/** What runs of retention planned and did, and when the next one is. */
export const retention: Migration = {
  number: 16,
  name: 'retention',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      'ALTER TABLE registry_versions ADD COLUMN tagged_at_ms bigint',
      `CREATE TABLE registry_retention_plans (
        plan_id ${id} PRIMARY KEY,
        workspace ${id},
        state text NOT NULL,
        made_by text NOT NULL,
        made_at_ms bigint NOT NULL,
        digest text,
        totals text,
        applied_by text,
        applied_at_ms bigint,
        override_reason text,
        applied_through integer NOT NULL
      )`,
      `CREATE INDEX registry_retention_plans_age ON registry_retention_plans (workspace, made_at_ms)`,
      `CREATE TABLE registry_retention_entries (
        plan_id ${id},
        list text NOT NULL,
        position integer NOT NULL,
        model_id ${id},
        model_name ${id},
        version integer NOT NULL,
        action text NOT NULL,
        reason text NOT NULL,
        bytes bigint NOT NULL,
        outcome text,
        PRIMARY KEY (plan_id, list, position)
      )`,
      `CREATE TABLE registry_retention_schedule (
        workspace ${id} PRIMARY KEY,
        next_run_at_ms bigint NOT NULL,
        last_run text
      )`,
      `CREATE TABLE registry_reviews (
        model_id ${id},
        version integer NOT NULL,
        entered_at_ms bigint NOT NULL,
        noted_at_ms bigint NOT NULL,
        PRIMARY KEY (model_id, version, entered_at_ms)
      )`,
    ];
  },
};
