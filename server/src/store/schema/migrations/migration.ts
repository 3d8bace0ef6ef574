import type { Dialect } from '../../dialect.ts';

/** One step of our own tables. Once released it never changes; what is wrong is mended by the next. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** The statements in order. */
  up(engine: Dialect['engine'], nowMs: number): readonly string[];
}
