import type { Dialect } from '../../dialect.ts';

/** One step of our own tables. Once released it never changes; what is wrong is mended by the next. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /**
   * The number of migrations that a program must know to work with a database that has seen this one. Left out: it only adds
   * (expand), and every release since 19 works on. What takes away (contract) names the first release that does without it.
   */
  readonly worksFrom?: number;
  /** The statements in order. */
  up(engine: Dialect['engine'], nowMs: number): readonly string[];
}
