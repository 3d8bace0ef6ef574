import { type Expression, type SqlBool, sql } from 'kysely';
import type { ArtifactPath } from '../domain/artifact-path.ts';

/** The path, and every folder that it is in. */
export function ancestorsAndSelf(path: ArtifactPath): string[] {
  return path.segments.map((_, i) => path.segments.slice(0, i + 1).join('/'));
}

/** A range of the key: every path that begins with `path/` ('0' is the character after '/'). */
export function below(column: Expression<string>, path: ArtifactPath): Expression<SqlBool> {
  return sql<SqlBool>`(${column} > ${`${path.text}/`} and ${column} < ${`${path.text}0`})`;
}
