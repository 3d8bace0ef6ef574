import { createHmac, randomBytes } from 'node:crypto';
import type { VerifiedPasswords } from '../operations/ports/attempts.ts';

const KEPT_MS = 60_000;
const KEPT = 10_000;

/**
 * Remembers verified passwords as keyed hashes, never as such, for a minute. The hash of the account is a part of
 * it: another password, and what was verified is nothing any more.
 */
export function rememberedPasswords(): VerifiedPasswords {
  const key = randomBytes(32);
  const untilMs = new Map<string, number>();
  const mark = (phc: string, password: string) =>
    createHmac('sha256', key).update(`${phc}\0${password}`).digest('base64');
  return {
    has(phc, password, nowMs) {
      return (untilMs.get(mark(phc, password)) ?? 0) > nowMs;
    },
    note(phc, password, nowMs) {
      const own = mark(phc, password);
      untilMs.delete(own);
      untilMs.set(own, nowMs + KEPT_MS);
      for (const [oldest, endMs] of untilMs) {
        if (endMs > nowMs && untilMs.size <= KEPT) break;
        untilMs.delete(oldest);
      }
    },
  };
}
