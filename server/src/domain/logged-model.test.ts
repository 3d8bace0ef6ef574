import { describe, expect, test } from 'vitest';
import {
  checkLoggedModelName,
  checkLoggedModelOrigin,
  checkLoggedModelParams,
  checkLoggedModelTags,
  LOGGED_MODEL_STATUSES,
  loggedModelArtifactUri,
  statusFromNumber,
  statusToNumber,
} from './logged-model.ts';

const refused = expect.objectContaining({ code: 'invalid_argument' });

describe('logged models', () => {
  test.each(['hens', 'model v1 (final)', 'Ünï-日_1', 'a@b'])('%s is a name', (name) => {
    expect(() => checkLoggedModelName(name)).not.toThrow();
  });

  test('a status and its number lead to each other, and a number that nobody knows is unspecified', () => {
    for (const status of LOGGED_MODEL_STATUSES) expect(statusFromNumber(statusToNumber(status))).toBe(status);
    expect(statusToNumber('LOGGED_MODEL_READY')).toBe(2);
    expect(statusFromNumber(77)).toBe('LOGGED_MODEL_STATUS_UNSPECIFIED');
  });

  test('files lie below the experiment, before a query, and no further than the column reaches', () => {
    expect(loggedModelArtifactUri('mlflow-artifacts:/1', 'm-1')).toBe(
      'mlflow-artifacts:/1/models/m-1/artifacts',
    );
    expect(loggedModelArtifactUri('s3://b/x/?a=1', 'm-1')).toBe('s3://b/x/models/m-1/artifacts?a=1');
    expect(() => loggedModelArtifactUri(`s3://${'b'.repeat(1_000)}`, 'm-1')).toThrow(refused);
  });

  test('limits are stated and nothing is cut', () => {
    const entry = (key: string, value = '') => [{ key, value }];
    for (const check of [checkLoggedModelParams, checkLoggedModelTags]) {
      expect(() => check(entry('k'.repeat(255), 'v'.repeat(100_000)))).not.toThrow();
      expect(() => check(entry('k'.repeat(256)))).toThrow(refused);
      expect(() => check(entry('k', 'v'.repeat(100_001)))).toThrow(refused);
      expect(() => check(entry(''))).toThrow(refused);
      const many = Array.from({ length: 1_001 }, (_, index) => ({ key: `k${index}`, value: '' }));
      expect(() => check(many)).toThrow(refused);
    }
    expect(() => checkLoggedModelOrigin({ modelType: 'x'.repeat(501), sourceRunId: '' })).toThrow(refused);
    expect(() => checkLoggedModelOrigin({ modelType: '', sourceRunId: 'x'.repeat(33) })).toThrow(refused);
  });
});
