import type { VerifySignature } from '../operations/ports/audit-signer.ts';
import type { Deps } from '../operations/ports.ts';

/** What a command works with: the database of the settings, and files of models if it said that it reads them. */
export type CommandDeps = Deps;

/** What it takes to verify a log without its database. */
export interface ProofTools {
  readonly digests: Deps['digests'];
  readonly verifySignature: VerifySignature;
}

/** What a command has to say: lines for people, one document with `--json`. */
export interface Told {
  readonly lines: readonly string[];
  readonly json: unknown;
  /** 0 unless said. */
  readonly exitCode?: number;
}

/** A command was given something that it does not take. Exit code 2. */
export class UsageError extends Error {}

/** What was asked for cannot be told, in a sentence. Exit code 1. */
export class CommandError extends Error {}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h`, `30m` as milliseconds. @throws UsageError. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9][0-9]{0,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(
      `'${text}' is no duration; accepted are minutes, hours and days such as 30m, 12h, 90d.`,
    );
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
