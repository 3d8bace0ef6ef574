import type { Signature } from '../domain/signature.ts';
import type { SignatureReader, SignatureWriter } from '../operations/ports/signature.ts';
import type { StoreContext } from './context.ts';

export function signatureReader({ db }: StoreContext): SignatureReader {
  return {
    async list(modelId, versions) {
      if (versions.length === 0) return new Map();
      const rows = await db
        .selectFrom('registry_signatures')
        .select(['version', 'signature'])
        .where('model_id', '=', modelId)
        .where('version', 'in', [...versions])
        .execute();
      return new Map(rows.map((row) => [row.version, toSignature(row)]));
    },
    async findOfLabel(modelId, { major, minor, patch, prerelease }) {
      const row = await db
        .selectFrom('registry_versions as v')
        .innerJoin('registry_signatures as s', (join) =>
          join.onRef('s.model_id', '=', 'v.model_id').onRef('s.version', '=', 'v.version'),
        )
        .select('s.signature')
        .where('v.model_id', '=', modelId)
        .where('v.sem_major', '=', major)
        .where('v.sem_minor', '=', minor)
        .where('v.sem_patch', '=', patch)
        .where('v.sem_prerelease', '=', prerelease)
        .executeTakeFirst();
      return row === undefined ? null : toSignature(row);
    },
  };
}

export function signatureWriter(context: StoreContext): SignatureWriter {
  return {
    ...signatureReader(context),
    async put(modelId, version, signature) {
      await context.db
        .insertInto('registry_signatures')
        .values({ model_id: modelId, version, signature: JSON.stringify(signature) })
        // Two servers may have read the same frozen file.
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

function toSignature({ signature }: { readonly signature: string }): Signature {
  return JSON.parse(signature) as Signature;
}
