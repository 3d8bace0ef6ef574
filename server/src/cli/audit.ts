import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { OPERATOR } from '../domain/actor.ts';
import { completedBy } from '../domain/merkle-tree.ts';
import { type NoteVerifier, parseVerifier } from '../domain/signed-note.ts';
import {
  type Checked,
  checkExportedLog,
  checkStoredLog,
  ownVerifier,
  publicKeyLine,
} from '../operations/audit-check.ts';
import { exportEvents } from '../operations/audit-query.ts';
import type { FoundLeaf, FoundLog } from '../operations/audit-verification.ts';
import { type CommandDeps, type ProofTools, type Told, UsageError } from './command.ts';

/** The proof of the audit log, in the database or away from it. */

export interface Verification {
  readonly export?: string;
  readonly publicKey?: string;
  readonly checkpoint?: string;
}

const LEAF_LINE = /^\{"seq":(0|[1-9][0-9]{0,15}),"hashes":(\[[^\]]*\]),"event":(.*)\}$/s;
const NEWEST = 'the newest one';
const NO_CHECKPOINT = 'there is no checkpoint to verify by: none was made yet';

/** Of an export: needs nothing but the files. Exit code 0 verified, 1 not. @throws UsageError. */
export async function verifyExport(
  tools: ProofTools,
  given: Verification & { readonly export: string },
): Promise<Told> {
  if (given.publicKey === undefined)
    throw new UsageError('--export needs --public-key: the log must not vouch for itself.');
  const verifier = readVerifier(tools, given.publicKey);
  const note =
    given.checkpoint === undefined ? await lastCheckpoint(given.export) : readText(given.checkpoint);
  if (note === null) throw new UsageError(NO_CHECKPOINT);
  const trust = { note, verifier };
  const log = exportedLog(given.export);
  return tell(
    await checkExportedLog(tools, { log, trust }, tools.verifySignature),
    given.checkpoint ?? NEWEST,
  );
}

/** Of the database that the settings name. */
export async function verifyDatabase(
  tools: ProofTools,
  deps: CommandDeps,
  given: Verification,
): Promise<Told> {
  const verifier = given.publicKey === undefined ? ownVerifier(deps) : readVerifier(tools, given.publicKey);
  const { note, source } = await checkpointFor(deps, given);
  if (note === null) throw new UsageError(NO_CHECKPOINT);
  return tell(await checkStoredLog(deps, { note, verifier }, tools.verifySignature), source);
}

/** The given one; else what the sink has, which whoever changed the database could not change; else the newest. */
async function checkpointFor(
  { store, checkpointSink: sink }: CommandDeps,
  { checkpoint: file }: Verification,
): Promise<{ readonly note: string | null; readonly source: string }> {
  if (file !== undefined) return { note: readText(file), source: file };
  const sunk = (await sink?.newest()) ?? null;
  if (sink !== null && sunk !== null) return { note: sunk, source: sink.name };
  const newest = await store.read(({ audit }) => audit.newestCheckpoint());
  return { note: newest?.note ?? null, source: NEWEST };
}

/** Lines of JSON: the public key, every event, the newest checkpoint. */
export function exportLog(deps: CommandDeps): AsyncGenerator<string> {
  return exportEvents(deps, OPERATOR);
}

/** Writes down the key that others verify by. */
export function writePublicKey(deps: CommandDeps, path: string): void {
  writeFileSync(path, `${publicKeyLine(deps)}\n`);
}

function tell(checked: Checked | null, source: string): Told {
  if (checked === null) throw new UsageError(`the checkpoint (${source}) is not signed by this key`);
  const { checkpoint, verdict } = checked;
  const trusted = `trusted checkpoint: ${source}, of ${checkpoint.size} events, root ${checkpoint.root}`;
  const json = { checkpoint: { size: checkpoint.size, root: checkpoint.root, source }, ...verdict };
  if (verdict.kind === 'bad')
    return { lines: [trusted, `first bad seq ${verdict.seq}: ${verdict.reason}`], json, exitCode: 1 };
  const proved = checkpoint.size === 0 ? 'no events yet' : `proved up to seq ${checkpoint.size - 1}`;
  const later = verdict.unproved === 0 ? '' : `; ${verdict.unproved} later events are not signed yet`;
  return { lines: [trusted, `verified: ${proved}${later}`], json };
}

/** Its hashes are read when they are asked for: only a log that is not what was signed needs them. */
function exportedLog(path: string): FoundLog {
  async function* leaves(): AsyncGenerator<FoundLeaf> {
    for await (const { seq, leaf } of exportedEvents(path)) yield { seq, leaf, contradicts: false };
  }
  let hashes: Promise<ReadonlyMap<string, string>> | null = null;
  return {
    leaves: leaves(),
    async keptHash({ level, index }) {
      hashes ??= exportedHashes(path);
      return (await hashes).get(`${level}/${index}`) ?? null;
    },
  };
}

async function exportedHashes(path: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for await (const { seq, kept } of exportedEvents(path)) {
    const given = parseLine(path, kept) as readonly unknown[];
    for (const [nth, { level, index }] of completedBy(seq).entries())
      if (typeof given[nth] === 'string') hashes.set(`${level}/${index}`, given[nth]);
  }
  return hashes;
}

async function* exportedEvents(
  path: string,
): AsyncGenerator<{ readonly seq: number; readonly kept: string; readonly leaf: string | null }> {
  for await (const line of linesOf(path)) {
    const [, seq, kept, leaf] = LEAF_LINE.exec(line) ?? [];
    if (seq !== undefined && kept !== undefined && leaf !== undefined)
      yield { seq: Number(seq), kept, leaf: leaf === 'null' ? null : leaf };
  }
}

async function lastCheckpoint(path: string): Promise<string | null> {
  let note: string | null = null;
  for await (const line of linesOf(path)) {
    if (!line.startsWith('{"checkpoint":')) continue;
    const { checkpoint } = parseLine(path, line) as { readonly checkpoint?: unknown };
    note = typeof checkpoint === 'string' ? checkpoint : null;
  }
  return note;
}

function parseLine(path: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new UsageError(`${path} is no export: a line of it is no JSON.`);
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]).catch((error: Error) => {
      throw new UsageError(`${path} cannot be read: ${error.message}`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

function readVerifier({ digests }: ProofTools, path: string): NoteVerifier {
  const verifier = parseVerifier(readText(path), digests.sha256Bytes);
  if (verifier === null)
    throw new UsageError(`${path} holds no public key of an audit log (<name>+<id>+<base64>).`);
  return verifier;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
