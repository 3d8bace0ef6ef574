import { expect, test } from 'vitest';
import { frameworkOf, readMlmodel } from './mlmodel.ts';

test('the flavors are the keys of that block', () => {
  const document = { flavors: { python_function: { env: {} }, sklearn: { code: null } }, model_id: 'm-1' };
  expect(readMlmodel(document)).toEqual({ flavors: ['python_function', 'sklearn'], signature: null });
});

test('the framework is the flavor that is not generic', () => {
  expect(frameworkOf(['python_function', 'sklearn'])).toBe('sklearn');
  expect(frameworkOf(['python_function'])).toBe('pyfunc');
  expect(frameworkOf([])).toBeNull();
});

test.each([null, 'text', 7, [], {}, { flavors: [] }, { flavors: 'sklearn', signature: 'x' }])(
  '%j is no MLmodel, and says nothing',
  (document) => {
    expect(readMlmodel(document)).toEqual({ flavors: [], signature: null });
  },
);
