import type { Migration } from './migration.ts';

/** Who was made from what, as it was declared or inferred, and which data are known to be bad. */
export const lineage: Migration = {
  number: 14,
  name: 'lineage',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_lineage_edges (
        workspace ${id},
        downstream ${id},
        upstream ${id},
        kind ${id},
        origin text NOT NULL,
        declared_by text NOT NULL,
        at_ms bigint NOT NULL,
        downstream_label text,
        upstream_label text,
        PRIMARY KEY (workspace, downstream, upstream, kind)
      )`,
      `CREATE INDEX registry_lineage_edges_upstream ON registry_lineage_edges (workspace, upstream, downstream)`,
      `CREATE TABLE registry_taints (
        taint_id ${id} PRIMARY KEY,
        workspace ${id},
        node ${id},
        dataset text NOT NULL,
        digest text NOT NULL,
        reason text NOT NULL,
        placed_by text NOT NULL,
        placed_at_ms bigint NOT NULL,
        lifted_by text,
        lifted_at_ms bigint,
        lift_reason text
      )`,
      `CREATE INDEX registry_taints_standing ON registry_taints (workspace, node) WHERE lifted_at_ms IS NULL`,
      `ALTER TABLE registry_versions ADD COLUMN lineage_kept boolean NOT NULL DEFAULT false`,
      `CREATE INDEX registry_versions_untraced ON registry_versions (created_at_ms) WHERE lineage_kept = false`,
    ];
  },
};
