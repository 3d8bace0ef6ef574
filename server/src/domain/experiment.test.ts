import { describe, expect, test } from 'vitest';
import {
  checkCustomViews,
  checkExperimentName,
  checkExperimentTag,
  parseExperimentId,
  parseExperimentIds,
  runArtifactUri,
} from './experiment.ts';

describe('experiment ids', () => {
  test.each(['abc', '1.0', '01', ' 1', '+1', '1e0', '', '٣'])('%j is no experiment id', (text) => {
    expect(() => parseExperimentId(text)).toThrow(
      `Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`,
    );
  });

  test.each(['-1', '2147483648', '99999999999999999999'])('no experiment can have the id %s', (text) => {
    expect(() => parseExperimentId(text)).toThrow(`No Experiment with id=${text} exists`);
  });

  test('a search leaves out ids that no experiment can have, and doubles', () => {
    expect(parseExperimentIds(['1', '99999999999999999999', '0', '1'])).toEqual([1, 0]);
  });
});

test.each([
  ['mlflow-artifacts:/1', 'mlflow-artifacts:/1/r/artifacts'],
  ['s3://b/x/', 's3://b/x/r/artifacts'],
  ['s3://b/x?q=1', 's3://b/x/r/artifacts?q=1'],
])('the files of a run lie below its experiment: %s', (location, uri) => {
  expect(runArtifactUri(location, 'r')).toBe(uri);
});

test('names, tags and views beyond their limits are refused with the sentences of MLflow', () => {
  expect(() => checkExperimentName('x'.repeat(501))).toThrow(
    "'name' exceeds the maximum length of 500 characters",
  );
  expect(() => checkExperimentTag({ key: 'a$', value: '' })).toThrow(
    'Invalid value "a$" for parameter \'key\'',
  );
  expect(() => checkExperimentTag({ key: 'k', value: 'v'.repeat(20_001) })).toThrow(
    "'value' exceeds the maximum length of 20000 characters",
  );
  expect(() => checkExperimentTag({ key: 'registry.x', value: '' })).toThrow('reserved');
  expect(() => checkCustomViews(51, 3)).toThrow('Unable to create another custom view for experiment 3;');
});
