import { sql } from 'kysely';
import type { Db, Dialect } from '../dialect.ts';
import { type ColumnKind, kindOfType } from './column-kinds.ts';

interface ColumnFacts {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Whether an insert that does not name the column fails. */
  readonly mustBeGiven: boolean;
}

export interface TableFacts {
  readonly columns: readonly ColumnFacts[];
  /** The primary key in its order; empty when there is none. */
  readonly key: readonly string[];
}

/** A migration that a database has seen. */
export interface AppliedMigration {
  readonly name: string;
  /** See `Migration`; null: it was not said yet. */
  readonly worksFrom: number | null;
}

/** What is in a database, as far as it decides whether and how we open it. */
export interface DatabaseFacts {
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly indexes: ReadonlySet<string>;
  /** The rows of `alembic_version`: one in a healthy MLflow database. */
  readonly revisions: readonly string[];
  /** The rows of `registry_migrations`, by number. */
  readonly migrations: ReadonlyMap<number, AppliedMigration>;
  readonly hasDefaultExperiment: boolean;
  /** The database's own version, such as `16.4` or `3.50.1`. */
  readonly engineVersion: string;
}

interface ColumnRow {
  table_name: string;
  column_name: string;
  type: string;
  must_be_given: boolean | number;
  /** Position in the primary key from 1, or 0. */
  key_position: number;
}

/** Reads the facts in a handful of statements; changes nothing. */
export async function readFacts(db: Db, engine: Dialect['engine']): Promise<DatabaseFacts> {
  const columns = engine === 'sqlite' ? sqliteColumns : postgresColumns;
  const tables = toTables((await columns.execute(db)).rows);
  const indexes = engine === 'sqlite' ? sqliteIndexes : postgresIndexes;
  return {
    tables,
    indexes: new Set((await indexes.execute(db)).rows.map((row) => row.name)),
    revisions: await readRevisions(db, tables),
    migrations: await readMigrations(db, tables),
    hasDefaultExperiment: await readDefaultExperiment(db, tables),
    engineVersion: await readVersion(db, engine),
  };
}

function toTables(rows: readonly ColumnRow[]): Map<string, TableFacts> {
  const tables = new Map<string, { columns: ColumnFacts[]; keyed: ColumnRow[] }>();
  for (const row of rows) {
    const table = tables.get(row.table_name) ?? { columns: [], keyed: [] };
    tables.set(row.table_name, table);
    table.columns.push({
      name: row.column_name,
      kind: kindOfType(row.type),
      mustBeGiven: Boolean(row.must_be_given),
    });
    if (row.key_position > 0) table.keyed.push(row);
  }
  const facts = new Map<string, TableFacts>();
  for (const [name, { columns, keyed }] of tables) {
    keyed.sort((a, b) => a.key_position - b.key_position);
    facts.set(name, { columns, key: keyed.map((row) => row.column_name) });
  }
  return facts;
}

async function readVersion(db: Db, engine: Dialect['engine']): Promise<string> {
  const version = engine === 'sqlite' ? sql`sqlite_version()` : sql`current_setting('server_version')`;
  const { rows } = await sql<{ version: string }>`select ${version} as version`.execute(db);
  return rows[0]?.version ?? '';
}

type Tables = ReadonlyMap<string, TableFacts>;

async function readRevisions(db: Db, tables: Tables): Promise<string[]> {
  if (!tables.get('alembic_version')?.columns.some((column) => column.name === 'version_num')) return [];
  const rows = await db.selectFrom('alembic_version').select('version_num').execute();
  return rows.map((row) => row.version_num);
}

async function readMigrations(db: Db, tables: Tables): Promise<Map<number, AppliedMigration>> {
  const table = tables.get('registry_migrations');
  if (table === undefined) return new Map();
  const says = table.columns.some(({ name }) => name === 'works_from');
  const rows = await db
    .selectFrom('registry_migrations')
    .select(['number', 'name'])
    .$if(says, (query) => query.select('works_from'))
    .execute();
  return new Map(rows.map((row) => [row.number, { name: row.name, worksFrom: row.works_from ?? null }]));
}

async function readDefaultExperiment(db: Db, tables: Tables): Promise<boolean> {
  if (!tables.get('experiments')?.columns.some((column) => column.name === 'experiment_id')) return false;
  const found = db.selectFrom('experiments').select('experiment_id').where('experiment_id', '=', 0);
  return (await found.executeTakeFirst()) !== undefined;
}

const sqliteColumns = sql<ColumnRow>`
  select m.name as table_name, c.name as column_name, c.type as type, c.pk as key_position,
    c."notnull" <> 0 and c.dflt_value is null and c.hidden = 0 as must_be_given
  from sqlite_master m join pragma_table_xinfo(m.name) c
  where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'
  order by m.name, c.cid`;

const sqliteIndexes = sql<{ name: string }>`select name from sqlite_master where type = 'index'`;

/** Tables that our search path reaches, without the system's and those that an extension brought. */
const postgresColumns = sql<ColumnRow>`
  select c.relname as table_name, a.attname as column_name, a.atttypid::regtype::text as type,
    a.attnotnull and not (a.atthasdef or a.attidentity <> '' or a.attgenerated <> '') as must_be_given,
    coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) as key_position
  from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
  where c.relkind in ('r', 'p') and pg_table_is_visible(c.oid)
    and n.nspname <> 'information_schema' and left(n.nspname, 3) <> 'pg_'
    and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by c.relname, a.attnum`;

const postgresIndexes = sql<{ name: string }>`
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('i', 'I') and pg_table_is_visible(c.oid) and left(n.nspname, 3) <> 'pg_'`;
