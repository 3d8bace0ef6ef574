import type { ScoreColumns, ScoreTable } from '../domain/score-table.ts';
import type { ScoreTableReader, ScoreTableWriter } from '../operations/ports/score-table.ts';
import type { StoreContext } from './context.ts';

export function scoreTableReader({ db }: StoreContext): ScoreTableReader {
  return {
    async find(sha256, columns) {
      const row = await db
        .selectFrom('registry_score_tables')
        .select('content')
        .where('sha256', '=', sha256)
        .where('columns', '=', columnsKey(columns))
        .executeTakeFirst();
      return row === undefined ? null : toScoreTable(row.content);
    },
    async findUpload(path) {
      const row = await db
        .selectFrom('registry_artifacts')
        .select(['sha256', 'uploaded_at_ms'])
        .where('path', '=', path.text)
        .executeTakeFirst();
      return row === undefined ? null : { sha256: row.sha256, uploadedAtMs: Number(row.uploaded_at_ms) };
    },
  };
}

export function scoreTableWriter(context: StoreContext): ScoreTableWriter {
  return {
    ...scoreTableReader(context),
    async put(sha256, columns, table) {
      await context.db
        .insertInto('registry_score_tables')
        .values({ sha256, columns: columnsKey(columns), content: toContent(table) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** The path is not part of it: the hash says which file it is. */
function columnsKey({ sample, score }: ScoreColumns): string {
  return JSON.stringify([sample, score]);
}

/** `{"scores":[[sample,score],…]}` or `{"why":…}`. */
function toContent(table: ScoreTable): string {
  return JSON.stringify(table.kind === 'scores' ? { scores: [...table.scores] } : { why: table.why });
}

function toScoreTable(content: string): ScoreTable {
  const { scores, why = '' } = JSON.parse(content) as {
    readonly scores?: readonly [string, number][];
    readonly why?: string;
  };
  return scores === undefined ? { kind: 'unreadable', why } : { kind: 'scores', scores: new Map(scores) };
}
