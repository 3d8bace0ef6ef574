import { describe, expect, test } from 'vitest';
import { countedAttempts } from './attempts.ts';

const MIA = { nameKey: 'mia', address: '10.0.0.1' };

describe('wrong passwords', () => {
  test('are answered as such below 20 a minute, however long it goes on', () => {
    const attempts = countedAttempts();
    for (let i = 0; i < 200; i++) {
      expect(attempts.waitMs(MIA, i * 3_100)).toBe(0);
      attempts.noteFailure(MIA, i * 3_100);
    }
  });

  test('from the twentieth on wait until the first is a minute old', () => {
    const attempts = countedAttempts();
    for (let i = 0; i < 20; i++) attempts.noteFailure(MIA, i * 100);
    expect(attempts.waitMs(MIA, 2_000)).toBe(58_000);
    expect(attempts.waitMs(MIA, 59_999)).toBe(1);
    expect(attempts.waitMs(MIA, 60_000)).toBe(0);
  });

  test('from one address do not stop the same name at another, nor another name here', () => {
    const attempts = countedAttempts();
    for (let i = 0; i < 50; i++) attempts.noteFailure(MIA, 0);
    expect(attempts.waitMs({ ...MIA, address: '10.0.0.2' }, 1)).toBe(0);
    expect(attempts.waitMs({ ...MIA, nameKey: 'ben' }, 1)).toBe(0);
  });

  test('for many names stop the address', () => {
    const attempts = countedAttempts();
    for (let i = 0; i < 100; i++) attempts.noteFailure({ ...MIA, nameKey: `n${i}` }, 0);
    expect(attempts.waitMs({ ...MIA, nameKey: 'new' }, 1)).toBeGreaterThan(0);
  });

  test('from many addresses stop all but those from which the name signed in', () => {
    const attempts = countedAttempts();
    attempts.noteSuccess(MIA, 0);
    for (let i = 0; i < 300; i++) attempts.noteFailure({ ...MIA, address: `10.1.0.${i}` }, 1);
    expect(attempts.waitMs({ ...MIA, address: '10.2.0.1' }, 2)).toBeGreaterThan(0);
    expect(attempts.waitMs(MIA, 2)).toBe(0);
  });
});
