import { describe, expect, test } from 'vitest';
import { pythonText } from './python-scalar.ts';

describe('pythonText', () => {
  test.each([
    ['text', undefined, 'text'],
    ['', undefined, ''],
    [null, undefined, 'None'],
    [true, undefined, 'True'],
    [false, undefined, 'False'],
    [100, '100', '100'],
    [0, '-0', '0'],
    [1, '1.0', '1.0'],
    [-0, '-0.0', '-0.0'],
    [0.0000001, '0.0000001', '1e-07'],
    [1e21, '1e21', '1e+21'],
    [1000, '1e3', '1000.0'],
    [12345678901234567000, '12345678901234567890', '12345678901234567890'],
    [0.1, '0.1', '0.1'],
    [1e16, '1e16', '1e+16'],
    [3, undefined, '3'],
    [1e21, undefined, '1000000000000000000000'],
    [0.5, undefined, '0.5'],
  ])('%j written as %s is %s, as Python prints it', (value, source, expected) => {
    expect(pythonText(value, source)).toBe(expected);
  });
});
