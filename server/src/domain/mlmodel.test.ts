import { expect, test } from 'vitest';
import { frameworkOf, parseFlavors } from './mlmodel.ts';

const MLMODEL = `artifact_path: mlflow-artifacts:/1/models/m-1/artifacts
flavors:
  python_function:
    env:
      conda: conda.yaml
    loader_module: mlflow.sklearn
  sklearn:
    code: null
    pickled_model: model.pkl
mlflow_version: 3.17.2
model_id: m-1
`;

test('the flavors are the keys of that block and nothing deeper', () => {
  expect(parseFlavors(MLMODEL)).toEqual(['python_function', 'sklearn']);
});

test('the framework is the flavor that is not generic', () => {
  expect(frameworkOf(parseFlavors(MLMODEL))).toBe('sklearn');
  expect(frameworkOf(['python_function'])).toBe('pyfunc');
  expect(frameworkOf([])).toBeNull();
});

test('a text that is no MLmodel has no flavors', () => {
  expect(parseFlavors('')).toEqual([]);
  expect(parseFlavors('flavors: {}\nx: y')).toEqual([]);
});
