import { describe, expect, test } from 'vitest';
import { encodeLoggedModelToken, parseLoggedModelToken } from './logged-model-token.ts';
import { encodeOffsetToken, parseOffsetToken } from './page-token.ts';

describe('offset tokens', () => {
  test('have MLflow’s form', () => {
    expect(encodeOffsetToken(2)).toBe('eyJvZmZzZXQiOiAyfQ==');
    expect(parseOffsetToken('eyJvZmZzZXQiOiAyfQ==')).toBe(2);
    expect(parseOffsetToken('')).toBe(0);
  });

  test('are read with Python’s leniency', () => {
    expect(parseOffsetToken(btoa('{"offset": " 1_0 "}'))).toBe(10);
    expect(parseOffsetToken(btoa('{"offset": 2.7}'))).toBe(2);
    expect(parseOffsetToken('eyJv*ZmZzZXQiOiAyfQ==trailing')).toBe(2);
  });

  test.each([
    ['abc', 'Invalid page token, could not base64-decode'],
    ['é', 'Invalid page token, could not base64-decode'],
    [btoa('a\'b"\xff'), `Invalid page token, decoded value=b'a\\'b"\\xff'`],
    [btoa('{}'), 'Invalid page token, parsed value={}'],
    [
      btoa('{"offset": 0, "a": [null, true, 1.5, "x"]}'),
      "Invalid page token, parsed value={'offset': 0, 'a': [None, True, 1.5, 'x']}",
    ],
    [btoa('[1]'), 'Invalid page token, parsed value=[1]'],
    [btoa('{"offset": "x"}'), 'Invalid page token, not stringable x'],
    [btoa('{"offset": -1}'), 'Invalid page token, not stringable -1'],
    [btoa('{"offset": 1e30}'), 'Invalid page token, not stringable'],
    [btoa('{"__proto__": {"offset": 5}}'), "Invalid page token, parsed value={'__proto__': {'offset': 5}}"],
    [btoa('['.repeat(100_000)), 'Invalid page token, decoded value='],
  ])('%.40s is refused', (token, message) => {
    expect(() => parseOffsetToken(token)).toThrow(message);
  });
});

describe('logged model tokens', () => {
  const request = {
    experimentIds: ['1', '2'],
    filter: "name = 'é'",
    orderBy: [{ field_name: 'name', ascending: false, dataset_name: '', dataset_digest: null }],
  };

  test('have MLflow’s form', () => {
    expect(atob(encodeLoggedModelToken(request, 10))).toBe(
      '{"experiment_ids": ["1", "2"], "filter_string": "name = \'\\u00e9\'", "order_by": [{"field_name": "name", ' +
        '"ascending": false, "dataset_name": null, "dataset_digest": null}], "offset": 10}',
    );
    expect(parseLoggedModelToken(encodeLoggedModelToken(request, 10), request)).toBe(10);
    expect(parseLoggedModelToken('', request)).toBe(0);
  });

  test.each([
    [
      { experimentIds: ['3'] },
      "Experiment IDs in the page token do not match the requested experiment IDs. Expected: ['3']. Found: ['1', '2']",
    ],
    [
      { filter: '' },
      "Filter string in the page token does not match the requested filter string. Expected: None. Found: name = 'é'",
    ],
    [
      { orderBy: [] },
      'Order by in the page token does not match the requested order by. Expected: None. Found: [{',
    ],
  ])('hold for their own request alone: %j', (change, message) => {
    const token = encodeLoggedModelToken(request, 10);
    expect(() => parseLoggedModelToken(token, { ...request, ...change })).toThrow(message);
  });

  test.each(['abc', btoa('[]'), btoa('{')])('%j is refused', (token) => {
    expect(() => parseLoggedModelToken(token, request)).toThrow(`Invalid page token: ${token}.`);
  });
});
