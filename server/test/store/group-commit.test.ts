import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { groupCommit } from '../../src/store/group-commit.ts';

/** A database that counts its commits. */
function counting() {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (n integer PRIMARY KEY)');
  const commits: string[] = [];
  const exec = database.exec.bind(database);
  database.exec = (text) => {
    if (text === 'COMMIT') commits.push(text);
    exec(text);
  };
  const numbers = () =>
    database
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map((row) => row['n']);
  const add = (n: number) => async () => {
    database.prepare('INSERT INTO t VALUES (?)').run(n);
    return n;
  };
  return { database, commits, numbers, add, writes: groupCommit(database) };
}

test('writes that start together share one commit, in the order of asking', async () => {
  const { commits, numbers, add, writes } = counting();
  const done = await Promise.all([3, 1, 2].map((n) => writes.run(add(n))));
  expect(done).toEqual([3, 1, 2]);
  expect(numbers()).toEqual([1, 2, 3]);
  expect(commits).toHaveLength(1);
});

test('nobody hears of success before the commit', async () => {
  const { database, add, writes } = counting();
  const seen: boolean[] = [];
  const first = writes.run(add(1)).then(() => seen.push(database.isTransaction));
  const second = writes.run(async () => {
    await Promise.resolve();
    expect(seen).toEqual([]);
  });
  await Promise.all([first, second]);
  expect(seen).toEqual([false]);
});

test('when the database undoes the whole group, the others run again and only the culprit fails', async () => {
  const { database, numbers, add, writes } = counting();
  let runs = 0;
  const outcomes = await Promise.allSettled([
    writes.run(() => {
      runs += 1;
      return add(1)();
    }),
    writes.run(async () => {
      // As SQLite does by itself when the disk is full.
      database.exec('ROLLBACK');
      throw new Error('full');
    }),
    writes.run(add(3)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(runs).toBe(2);
  expect(numbers()).toEqual([1, 3]);
});

test('when a commit fails, each write runs again alone', async () => {
  const { database, numbers, add, writes } = counting();
  const exec = database.exec;
  let failures = 1;
  database.exec = (text) => {
    if (text === 'COMMIT' && failures-- > 0) throw new Error('no commit');
    exec(text);
  };
  expect(await Promise.all([writes.run(add(1)), writes.run(add(2))])).toEqual([1, 2]);
  expect(numbers()).toEqual([1, 2]);
});
