import type { Migration } from './migration.ts';

/**
 * The audit log: events as they happened, their places in the Merkle tree, the hashes of its complete subtrees, and the
 * signed checkpoints. Rows are only ever inserted: triggers refuse the rest. What waits for its place stands in
 * `registry_audit_waiting`, which is a queue and no evidence.
 */
export const audit: Migration = {
  number: 5,
  name: 'audit',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    const maybeId = engine === 'postgres' ? 'text COLLATE "C"' : 'text';
    const entry =
      engine === 'postgres' ? 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY' : 'integer PRIMARY KEY';
    return [
      ...tables(id, maybeId, entry),
      ...(engine === 'postgres' ? postgresTriggers() : sqliteTriggers()),
    ];
  },
};

const KEPT = [
  'registry_audit_events',
  'registry_audit_leaves',
  'registry_audit_nodes',
  'registry_audit_checkpoints',
];

function tables(id: string, maybeId: string, entry: string): string[] {
  return [
    `CREATE TABLE registry_audit_events (
      event_id ${id} PRIMARY KEY,
      at_ms bigint NOT NULL,
      action ${id},
      actor_id ${maybeId},
      model_name ${maybeId},
      event text NOT NULL
    )`,
    `CREATE INDEX registry_audit_events_time ON registry_audit_events (at_ms, event_id)`,
    `CREATE INDEX registry_audit_events_model ON registry_audit_events (model_name, at_ms, event_id)`,
    `CREATE INDEX registry_audit_events_actor ON registry_audit_events (actor_id, at_ms, event_id)`,
    `CREATE INDEX registry_audit_events_action ON registry_audit_events (action, at_ms, event_id)`,
    `CREATE TABLE registry_audit_waiting (
      entry ${entry},
      event_id ${id}
    )`,
    `CREATE TABLE registry_audit_leaves (
      seq bigint NOT NULL PRIMARY KEY,
      event_id ${id}
    )`,
    `CREATE UNIQUE INDEX registry_audit_leaves_event ON registry_audit_leaves (event_id)`,
    `CREATE TABLE registry_audit_nodes (
      level integer NOT NULL,
      position bigint NOT NULL,
      hash text NOT NULL,
      PRIMARY KEY (level, position)
    )`,
    `CREATE TABLE registry_audit_checkpoints (
      size bigint NOT NULL,
      at_ms bigint NOT NULL,
      note text NOT NULL,
      PRIMARY KEY (size, at_ms)
    )`,
  ];
}

function sqliteTriggers(): string[] {
  const refusals = KEPT.flatMap((table) =>
    ['UPDATE', 'DELETE'].map(
      (change) => `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
        BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
    ),
  );
  return [
    ...refusals,
    `CREATE TRIGGER registry_audit_events_wait AFTER INSERT ON registry_audit_events
      BEGIN INSERT INTO registry_audit_waiting (event_id) VALUES (new.event_id); END`,
  ];
}

function postgresTriggers(): string[] {
  return [
    `CREATE FUNCTION registry_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$`,
    `CREATE FUNCTION registry_audit_wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO registry_audit_waiting (event_id) VALUES (NEW.event_id); RETURN NULL; END $$`,
    ...KEPT.flatMap((table) => [
      `CREATE TRIGGER ${table}_kept BEFORE UPDATE OR DELETE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION registry_audit_refuse()`,
      `CREATE TRIGGER ${table}_not_emptied BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION registry_audit_refuse()`,
    ]),
    `CREATE TRIGGER registry_audit_events_wait AFTER INSERT ON registry_audit_events
      FOR EACH ROW EXECUTE FUNCTION registry_audit_wait()`,
  ];
}
