import type { CheckReader, CheckWriter, ReportedCheck } from '../operations/ports/check.ts';
import type { StoreContext } from './context.ts';

export function checkReader({ db }: StoreContext): CheckReader {
  return {
    async list(modelId, version) {
      const rows = await db
        .selectFrom('registry_checks')
        .selectAll()
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .orderBy('name')
        .orderBy('reporter')
        .execute();
      return rows.map((row) => ({
        name: row.name,
        reporter: row.reporter,
        digest: row.digest,
        conclusion: row.conclusion as ReportedCheck['conclusion'],
        detailsUrl: row.details_url,
        summary: row.summary,
        facts: JSON.parse(row.facts) as object,
        atMs: Number(row.at_ms),
      }));
    },
  };
}

export function checkWriter(context: StoreContext): CheckWriter {
  return {
    ...checkReader(context),
    async put(modelId, version, { name, reporter, digest, conclusion, detailsUrl, summary, facts, atMs }) {
      const said = {
        digest,
        conclusion,
        details_url: detailsUrl,
        summary,
        facts: JSON.stringify(facts),
        at_ms: atMs,
      };
      await context.db
        .insertInto('registry_checks')
        .values({ model_id: modelId, version, name, reporter, ...said })
        .onConflict((conflict) =>
          conflict.columns(['model_id', 'version', 'name', 'reporter']).doUpdateSet(said),
        )
        .execute();
    },
  };
}
