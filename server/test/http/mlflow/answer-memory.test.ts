import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { answerMemory } from '../../../src/http/mlflow/answer-memory.ts';

const READER: Actor = { subjectId: 'r', kind: 'user', displayName: 'r', grants: [] };
const QUESTION = {
  actor: LOCAL_ACTOR,
  method: 'POST',
  url: '/search?a=1',
  contentType: 'application/json',
  body: Buffer.from('{}'),
};
const ANSWER = Buffer.from('answer');

function opened(limits?: { totalBytes: number; answerBytes: number }) {
  const database = { mark: 1 as number | null };
  const memory = answerMemory({ changeMark: () => database.mark }, limits);
  const ask = (question: Partial<typeof QUESTION> = {}) => memory.recall({ ...QUESTION, ...question });
  return { database, ask };
}

describe('answerMemory', () => {
  test('an answer is given again to the same question only', () => {
    const { ask } = opened();
    ask()?.keep(ANSWER);
    expect(ask()?.answer).toBe(ANSWER);
    for (const other of [
      { actor: READER },
      { actor: { ...LOCAL_ACTOR, grants: [] } },
      { method: 'GET' },
      { url: '/search?a=2' },
      { contentType: 'text/plain' },
      { body: Buffer.from('{ }') },
      { body: Buffer.from([0xff]) },
      { body: Buffer.from([0xfe]) },
    ])
      expect(ask(other)?.answer).toBeUndefined();
  });

  test('of whoever asks only what permissions follow from counts', () => {
    const { ask } = opened();
    const client = { address: '10.0.0.1', userAgent: null, requestId: '1' };
    ask({ actor: { ...READER, client } })?.keep(ANSWER);
    expect(ask({ actor: { ...READER, client: { ...client, requestId: '2' } } })?.answer).toBe(ANSWER);
    const token = { tokenId: 't', scopes: ['read'], pattern: 'a*' } as const;
    expect(ask({ actor: { ...READER, token } })?.answer).toBeUndefined();
  });

  test('a change forgets everything, also what was computed while it happened', () => {
    const { database, ask } = opened();
    ask()?.keep(ANSWER);
    const underWay = ask({ url: '/slow' });
    database.mark = 2;
    expect(ask()?.answer).toBeUndefined();
    underWay?.keep(ANSWER);
    expect(ask({ url: '/slow' })?.answer).toBeUndefined();
  });

  test('nothing is kept when the database does not tell about changes, nor for a long question', () => {
    const { database, ask } = opened();
    expect(ask({ url: `/${'x'.repeat(5000)}` })).toBeNull();
    expect(ask({ body: Buffer.alloc(5000) })).toBeNull();
    database.mark = null;
    expect(ask()).toBeNull();
  });

  test('the oldest answers make room, and one beyond the limit is not kept at all', () => {
    const { ask } = opened({ totalBytes: 3_000, answerBytes: 1_000 });
    for (const n of [1, 2, 3, 4]) ask({ url: `/${n}` })?.keep(Buffer.alloc(900));
    ask({ url: '/large' })?.keep(Buffer.alloc(1_001));
    const kept = [1, 2, 3, 4].map((n) => ask({ url: `/${n}` })?.answer !== undefined);
    expect(kept).toEqual([false, false, true, true]);
    expect(ask({ url: '/large' })?.answer).toBeUndefined();
  });
});
