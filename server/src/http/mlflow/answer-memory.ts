import type { Actor } from '../../domain/actor.ts';
import type { Store } from '../../operations/ports.ts';

/** A request as far as an answer depends on it. */
interface Question {
  readonly actor: Actor;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
}

/** What is known of a question: its answer, or how to keep one that is made now. */
interface Recalled {
  readonly answer: Buffer | undefined;
  /** Takes an answer that was computed after `recall`. */
  readonly keep: (answer: Buffer) => void;
}

export interface AnswerMemory {
  /** Null when answers cannot be kept: the question is long, or the database does not tell about changes. */
  recall(question: Question): Recalled | null;
}

interface Limits {
  readonly totalBytes: number;
  readonly answerBytes: number;
}

const LIMITS: Limits = { totalBytes: 16 * 1024 * 1024, answerBytes: 2 * 1024 * 1024 };
const LONGEST_QUESTION = 4_096;

/**
 * Answers to reads, kept until anybody commits a change (`Store.changeMark`). The mark is asked for before the
 * answer is computed: a commit meanwhile makes the answer one of a mark that never comes back. See ADR 14.
 */
export function answerMemory(store: Pick<Store, 'changeMark'>, limits: Limits = LIMITS): AnswerMemory {
  const answers = new Map<string, Buffer>();
  let heldBytes = 0;
  let heldMark: number | null = null;

  function keep(mark: number, key: string, answer: Buffer): void {
    if (mark !== heldMark || answer.length > limits.answerBytes || answers.has(key)) return;
    answers.set(key, answer);
    heldBytes += sizeOf(key, answer);
    for (const [oldest, its] of answers) {
      if (heldBytes <= limits.totalBytes) break;
      answers.delete(oldest);
      heldBytes -= sizeOf(oldest, its);
    }
  }

  return {
    recall(question) {
      const key = keyOf(question);
      const mark = key === null ? null : store.changeMark();
      if (key === null || mark === null) return null;
      if (mark !== heldMark) {
        answers.clear();
        heldBytes = 0;
        heldMark = mark;
      }
      return { answer: answers.get(key), keep: (answer) => keep(mark, key, answer) };
    },
  };
}

/** Texts take up to two bytes a character. */
function sizeOf(key: string, answer: Buffer): number {
  return 2 * key.length + answer.length;
}

function keyOf({ actor, method, url, contentType, body }: Question): string | null {
  if (url.length + (body?.length ?? 0) > LONGEST_QUESTION) return null;
  const asked = `${actorKey(actor)}\n${method}\n${url}\n${contentType}`;
  // Byte by byte: texts that are no UTF-8 must not look alike.
  return body === undefined ? asked : `${asked}\n${body.toString('latin1')}`;
}

const actorKeys = new WeakMap<Actor, string>();

/** All that permissions are decided by; where the request came from is not. */
function actorKey(actor: Actor): string {
  const known = actorKeys.get(actor) ?? JSON.stringify({ ...actor, client: null });
  actorKeys.set(actor, known);
  return known;
}
