"""A database as it stands: every object and every row, so that two moments can be compared. SQLite and PostgreSQL."""

import contextlib
import sqlite3

import psycopg2

PG_OBJECTS = """
  select 'column ' || table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type, udt_name,
      character_maximum_length, is_nullable, column_default, collation_name)
    from information_schema.columns where table_schema = 'public'
  union all select 'index ' || indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'function ' || proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
  union all select 'sequence ' || sequencename, coalesce(last_value::text, 'new') from pg_sequences where schemaname = 'public'
"""


def is_ours(name: str) -> bool:
    """`table registry_models`, `index registry_…`, `column registry_models.name`; SQLite names the index of a key after its table."""
    return name.split(" ", 1)[1].startswith(("registry_", "sqlite_autoindex_registry_"))


def dump_objects(uri: str) -> dict[str, str]:
    """Every table, column, index, constraint, trigger and sequence, by its name."""
    with contextlib.closing(connect(uri)) as connection:
        cursor = connection.cursor()
        if uri.startswith("sqlite"):
            cursor.execute("select type || ' ' || name, coalesce(sql, '') from sqlite_master where name not like 'sqlite\\_s%' escape '\\'")
        else:
            cursor.execute(PG_OBJECTS)
        return dict(cursor.fetchall())


def dump_rows(uri: str) -> dict[str, list[str]]:
    """Every row of every table that is not ours, sorted."""
    with contextlib.closing(connect(uri)) as connection:
        cursor = connection.cursor()
        if uri.startswith("sqlite"):
            cursor.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'")
        else:
            cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        rows = {}
        for (table,) in cursor.fetchall():
            if table.startswith("registry_"):
                continue
            cursor.execute(f'select * from "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
        return rows


def connect(uri: str):
    if uri.startswith("sqlite"):
        return sqlite3.connect(uri.removeprefix("sqlite:///"))
    return psycopg2.connect(uri)
