import type { Migration } from './migration.ts';

/** What was measured on a version when it was registered: what comes later is late. */
export const registrationMetrics: Migration = {
  number: 9,
  name: 'registration-metrics',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    const real = engine === 'postgres' ? 'double precision' : 'real';
    return [
      `ALTER TABLE registry_versions ADD COLUMN metrics_kept boolean NOT NULL DEFAULT false`,
      `CREATE TABLE registry_registration_metrics (
        model_id ${id},
        version integer NOT NULL,
        source ${id},
        metric ${id},
        value ${real} NOT NULL,
        is_nan boolean NOT NULL,
        timestamp_ms bigint NOT NULL,
        step bigint NOT NULL,
        PRIMARY KEY (model_id, version, source, metric)
      )`,
    ];
  },
};
