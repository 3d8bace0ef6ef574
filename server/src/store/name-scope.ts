import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { NameScope } from '../domain/permission.ts';

/** A `NameScope` as patterns of LIKE, in the form in which searches take values (see search-statement.ts). */
export interface LikeScope {
  readonly anyOf: readonly { readonly value: string }[];
  readonly allOf: readonly { readonly value: string }[];
}

export function likeScope(scope: NameScope | null): LikeScope | null {
  if (scope === null) return null;
  return { anyOf: scope.anyOf.map(toLike), allOf: scope.allOf.map(toLike) };
}

/** The name is in the scope; nothing to test for null. Both engines mind case in LIKE. */
export function nameInScope(name: Expression<string>, scope: LikeScope | null): RawBuilder<SqlBool>[] {
  if (scope === null) return [];
  const any = scope.anyOf.map((pattern) => matches(name, pattern));
  return [
    any.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`(${sql.join(any, sql` or `)})`,
    ...scope.allOf.map((pattern) => matches(name, pattern)),
  ];
}

function matches(name: Expression<string>, { value }: { readonly value: string }): RawBuilder<SqlBool> {
  return sql<SqlBool>`${name} like ${value} escape '\\'`;
}

function toLike(pattern: string): { readonly value: string } {
  return { value: pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%') };
}
