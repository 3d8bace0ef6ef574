import type { Deps } from './ports.ts';

/** Whether a part answers, and when it does not, why in general words (no address, no path). */
export type PartState = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const PATIENCE_MS = 2_000;

/** Asks the database and the artifact root, for at most two seconds. Never throws. */
export async function checkReadiness(deps: Deps): Promise<{ database: PartState; artifacts: PartState }> {
  const [database, artifacts] = await Promise.all([
    ask('The database does not answer.', deps.store.ping()),
    ask('The artifact root does not answer.', deps.artifacts.ping()),
  ]);
  return { database, artifacts };
}

async function ask(reason: string, answer: Promise<void>): Promise<PartState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), PATIENCE_MS);
  });
  try {
    await Promise.race([answer, late]);
    return { ok: true };
  } catch {
    return { ok: false, reason };
  } finally {
    clearTimeout(timer);
  }
}
