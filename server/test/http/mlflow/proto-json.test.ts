import { describe, expect, test } from 'vitest';
import { renderProtoJson } from '../../../src/http/mlflow/proto-json/render.ts';
import { readRequest, type WireRequest } from '../../../src/http/mlflow/proto-json/request.ts';
import {
  atMost,
  bool,
  double,
  enumeration,
  int32,
  int64,
  message,
  nested,
  pathParameter,
  repeated,
  repeatedStrings,
  required,
  requiredRunId,
  requiredString,
  string,
  withDefault,
} from '../../../src/http/mlflow/proto-json.ts';

const DOCS = 'See the API docs for more information about request parameters.';
const missing = (path: string) => `Missing value for required parameter '${path}'. ${DOCS}`;
const invalid = (value: string, path: string, type: string) =>
  `Invalid value ${value} for parameter '${path}' supplied:  Hint: Value was of type '${type}'. ${DOCS}`;

const MESSAGE = message({
  name: requiredString(),
  description: string(),
  tags: repeated(message({ key: required(string()), value: string() })),
  max_results: withDefault(atMost(int64(), 1000), 100),
  step: int32(),
  value: double(),
  archive_existing_versions: bool(),
  status: enumeration({ RUNNING: 1, FINISHED: 3 }),
  stages: repeatedStrings(),
  dataset: nested(message({ name: string() })),
});

const UNSET = {
  name: 'm',
  description: undefined,
  tags: [],
  max_results: 100,
  step: undefined,
  value: undefined,
  archive_existing_versions: undefined,
  status: undefined,
  stages: [],
  dataset: undefined,
};

function request(given: Partial<WireRequest>): WireRequest {
  return {
    method: 'POST',
    contentType: 'application/json',
    query: '',
    body: undefined,
    params: {},
    ...given,
  };
}
const post = (body: string) => readRequest(MESSAGE, request({ body }));
const postWith = (member: string) => post(`{"name":"m",${member}}`);
const get = (query: string) =>
  readRequest(MESSAGE, request({ method: 'GET', contentType: undefined, query }));

describe('a JSON body', () => {
  test('what is absent or null is unset, and empty is not', () => {
    expect(post('{"name":"m","description":null,"tags":null,"step":null}')).toEqual(UNSET);
    expect(postWith('"description":"","stages":[]')).toEqual({ ...UNSET, description: '' });
  });

  test.each([
    ['"max_results":5', { max_results: 5 }],
    ['"max_results":"5"', { max_results: 5 }],
    ['"max_results":1.0', { max_results: 1 }],
    ['"max_results":"1.0"', { max_results: 1 }],
    ['"max_results":"-9223372036854775808"', { max_results: -(2n ** 63n) }],
    ['"max_results":-9223372036854775808', { max_results: -(2n ** 63n) }],
    ['"max_results":-9007199254740993', { max_results: -9007199254740993n }],
    ['"max_results":-0', { max_results: 0 }],
    ['"step":-2147483648', { step: -2147483648 }],
    ['"value":1', { value: 1 }],
    ['"value":"1.5e3"', { value: 1500 }],
    ['"value":"NaN"', { value: Number.NaN }],
    ['"value":"Infinity"', { value: Number.POSITIVE_INFINITY }],
    ['"value":"-Infinity"', { value: Number.NEGATIVE_INFINITY }],
    ['"value":"-inf"', { value: Number.NEGATIVE_INFINITY }],
    ['"value":true', { value: 1 }],
    ['"value":100000000000000000000', { value: 1e20 }],
    ['"archive_existing_versions":false', { archive_existing_versions: false }],
    ['"archive_existing_versions":"FALSE"', { archive_existing_versions: false }],
    ['"archive_existing_versions":"true"', { archive_existing_versions: true }],
    ['"archiveExistingVersions":true', { archive_existing_versions: true }],
    ['"status":"FINISHED"', { status: 'FINISHED' }],
    ['"status":3', { status: 'FINISHED' }],
    ['"status":"3"', { status: 'FINISHED' }],
    ['"status":"BOGUS"', { status: undefined }],
    ['"stages":["a","b"]', { stages: ['a', 'b'] }],
    [
      '"tags":[{"key":"k","value":""},{"key":"l"}]',
      {
        tags: [
          { key: 'k', value: '' },
          { key: 'l', value: undefined },
        ],
      },
    ],
    ['"dataset":{"name":"d","unknown":[1]}', { dataset: { name: 'd' } }],
    ['"unknown":{"a":[]},"__proto__":{"description":"x"}', {}],
  ])('%s is read as MLflow reads it', (member, expected) => {
    expect(postWith(member)).toEqual({ ...UNSET, ...expected });
  });

  test.each([
    ['{}', missing('name')],
    ['{"name":null}', missing('name')],
    ['{"name":""}', missing('name')],
    ['{"name":5}', invalid('5', 'name', 'int')],
    ['{"name":5.5}', invalid('5.5', 'name', 'float')],
    ['{"name":1e300}', invalid('1e+300', 'name', 'float')],
    ['{"name":99999999999999999999}', invalid('99999999999999999999', 'name', 'int')],
    ['{"name":true}', invalid('true', 'name', 'bool')],
    ['{"name":["\u00e9",null]}', invalid('["\\u00e9",null]', 'name', 'list')],
    ['{"name":{"b":1,"a":2}}', invalid('{"a":2,"b":1}', 'name', 'dict')],
    ['{"name":"m","description":5}', invalid('5', 'description', 'int')],
    ['{"name":"m","stages":"a"}', invalid('"a"', 'stages', 'str')],
    ['{"name":"m","stages":["a",5]}', invalid('["a",5]', 'stages', 'list')],
    ['{"name":"m","stages":[null]}', invalid('[null]', 'stages', 'list')],
    ['{"name":"m","tags":{}}', invalid('{}', 'tags', 'dict')],
    ['{"name":"m","tags":["a"]}', invalid('"a"', 'tags[0]', 'str')],
    ['{"name":"m","tags":[{"key":"k"},{"value":"v"}]}', missing('tags[1].key')],
    ['{"name":"m","tags":[{"key":"k","value":5}]}', invalid('5', 'tags[0].value', 'int')],
    ['{"name":"m","dataset":"d"}', invalid('"d"', 'dataset', 'str')],
    ['{"name":"m","dataset":{"name":5}}', invalid('5', 'dataset.name', 'int')],
    ['{"name":"m","max_results":1001}', invalid('1001', 'max_results', 'int')],
    ['{"name":"m","max_results":"1001"}', invalid('"1001"', 'max_results', 'str')],
    ['{"name":"m","max_results":1.5}', invalid('1.5', 'max_results', 'float')],
    ['{"name":"m","max_results":true}', invalid('true', 'max_results', 'bool')],
    ['{"name":"m","max_results":"1e3"}', invalid('"1e3"', 'max_results', 'str')],
    ['{"name":"m","max_results":""}', invalid('""', 'max_results', 'str')],
    [
      '{"name":"m","max_results":-9223372036854775809}',
      invalid('-9223372036854775809', 'max_results', 'int'),
    ],
    ['{"name":"m","step":2147483648}', invalid('2147483648', 'step', 'int')],
    ['{"name":"m","value":"nan"}', invalid('"nan"', 'value', 'str')],
    ['{"name":"m","value":"1e999"}', invalid('"1e999"', 'value', 'str')],
    ['{"name":"m","value":[]}', invalid('[]', 'value', 'list')],
    ['{"name":"m","archive_existing_versions":1}', invalid('1', 'archive_existing_versions', 'int')],
    ['{"name":"m","archive_existing_versions":"yes"}', invalid('"yes"', 'archive_existing_versions', 'str')],
    ['{"name":"m","status":99}', invalid('99', 'status', 'int')],
    ['{"name":"m","status":[]}', invalid('[]', 'status', 'list')],
    [
      '{"name":"m","max_results":1,"maxResults":2}',
      "Request specifies both 'max_results' and 'maxResults'; provide only one of them.",
    ],
  ])("%s is refused with MLflow's sentence", (body, sentence) => {
    expect(() => post(body)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: sentence }),
    );
  });

  test('a refused value is shown only in its beginning', () => {
    expect(() => post(`{"name":["${'x'.repeat(100_000)}"]}`)).toThrow(/^.{0,1200}$/);
  });

  test('parameters are checked in the order of the message', () => {
    expect(() => post('{"description":5}')).toThrow(missing('name'));
    expect(() => post('{"name":5,"description":5}')).toThrow(invalid('5', 'name', 'int'));
  });

  test('a required parameter counts as given only by its own name, others also in camel case', () => {
    const RUN = message({ run_id: requiredRunId(), run_name: string() });
    const read = (body: string) => readRequest(RUN, request({ body }));
    expect(() => read('{"runId":"r"}')).toThrow(missing('run_id'));
    expect(read('{"run_uuid":"r","runName":"n"}')).toEqual({ run_id: 'r', run_name: 'n' });
    expect(read('{"run_uuid":"old","run_id":"r"}').run_id).toBe('r');
    expect(() => read('{"run_uuid":"old","run_id":""}')).toThrow(missing('run_id'));
  });

  test('an unknown name is refused where the parameter is required', () => {
    const STATUS = message({ status: required(enumeration({ READY: 2 })) });
    expect(() => readRequest(STATUS, request({ body: '{"status":"BOGUS"}' }))).toThrow(
      invalid('"BOGUS"', 'status', 'str'),
    );
  });

  test('an empty text is missing, or wrong where the type is checked first', () => {
    const METRIC = message({ value: required(double(), 'missing'), timestamp: required(int64()) });
    const read = (body: string) => () => readRequest(METRIC, request({ body }));
    expect(read('{"value":"","timestamp":1}')).toThrow(missing('value'));
    expect(read('{"value":1,"timestamp":""}')).toThrow(invalid('""', 'timestamp', 'str'));
  });

  test('an empty list counts as given', () => {
    const IDS = message({ experiment_ids: required(repeatedStrings()) });
    expect(readRequest(IDS, request({ body: '{"experiment_ids":[]}' }))).toEqual({ experiment_ids: [] });
    expect(() => readRequest(IDS, request({ body: '{}' }))).toThrow(missing('experiment_ids'));
  });
});

describe('a body that is no object', () => {
  test.each(['', '{', 'nonsense', 'null', '"null"', '\ufeff{}'])('%j counts as empty', (body) => {
    expect(() => readRequest(MESSAGE, request({ body: Buffer.from(body) }))).toThrow(missing('name'));
  });

  test('bytes that are no UTF-8 count as empty', () => {
    const body = Uint8Array.of(0x7b, 0xff, 0x7d);
    expect(() => readRequest(MESSAGE, request({ body }))).toThrow(missing('name'));
  });

  test('unparsable text never passes as empty where nothing is required', () => {
    const OPTIONAL = message({ filter: string() });
    expect(() => readRequest(OPTIONAL, request({ body: '{"filter":' }))).toThrow('The body is not JSON.');
    expect(readRequest(OPTIONAL, request({ body: '' }))).toEqual({ filter: undefined });
  });

  test('JSON inside of a JSON string is read', () => {
    expect(post(JSON.stringify('{"name":"m"}'))).toEqual(UNSET);
  });

  test.each(['[]', '5', 'true', '"[1]"', '"not json"', JSON.stringify(JSON.stringify('{"name":"m"}'))])(
    '%s is refused',
    (body) => {
      expect(() => post(body)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    },
  );

  test.each([
    ['{"name":"a","name":"b"}', /given twice/],
    ['{"name":"a\\u0000"}', /NUL/],
    ['{"name":"\\ud800"}', /lone surrogate/],
    ['"{\\"name\\":\\"a\\",\\"name\\":\\"b\\"}"', /given twice/],
    [`{"name":"a","x":${'['.repeat(200)}`, /nested deeper/],
  ])('%s is refused and not half-read', (body, sentence) => {
    expect(() => post(body)).toThrow(sentence);
  });
});

describe('the content type', () => {
  const body = '{"name":"m"}';
  test.each(['POST', 'PUT'])('%s needs JSON', (method) => {
    expect(() => readRequest(MESSAGE, request({ method, body, contentType: undefined }))).toThrow(
      'Bad Request. Content-Type header is missing.',
    );
    for (const contentType of ['text/plain', '', 'application/jsonx'])
      expect(() => readRequest(MESSAGE, request({ method, body, contentType }))).toThrow(
        "Bad Request. Content-Type must be one of ['application/json'].",
      );
  });

  test.each([
    ['POST', 'application/json; charset=utf-8'],
    ['POST', 'Application/JSON'],
    ['DELETE', undefined],
    ['PATCH', 'text/plain'],
  ])('%s with %s is read', (method, contentType) => {
    expect(readRequest(MESSAGE, request({ method, contentType, body }))).toEqual(UNSET);
  });
});

describe('a query string', () => {
  test.each([
    ['name=m', {}],
    ['name=a%20b+c%C3%A9', { name: 'a b c\u00e9' }],
    ['name=m&description=', { description: '' }],
    ['name=m&stages=a&stages=b', { stages: ['a', 'b'] }],
    ['name=m&max_results=7&value=NaN', { max_results: 7, value: Number.NaN }],
    ['name=m&archive_existing_versions=True', { archive_existing_versions: true }],
    ['name=m&status=3', { status: 'FINISHED' }],
    ['name=m&maxResults=5&unknown=1', {}],
    ['name=100%', { name: '100%' }],
    ['name=%EF%BF%BD', { name: '\ufffd' }],
  ])('%s is read as MLflow reads it', (query, expected) => {
    expect(get(query)).toEqual({ ...UNSET, ...expected });
  });

  test.each([
    ['description=x', missing('name')],
    ['name=', missing('name')],
    ['name=m&max_results=', invalid('""', 'max_results', 'str')],
    ['name=m&max_results=2000', invalid('"2000"', 'max_results', 'str')],
    ['name=m&archive_existing_versions=1', "Invalid boolean value: 1, must be 'true' or 'false'."],
    ['name=m&name=n', "Parameter 'name' is given 2 times; give it once."],
    ['name=a%00', "Parameter 'name' has a NUL character."],
    ['name=%FF', 'The query string is not percent-encoded UTF-8.'],
    ['name=m&dataset=x', invalid('"x"', 'dataset', 'str')],
  ])('%s is refused with a sentence', (query, sentence) => {
    expect(() => get(query)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: sentence }),
    );
  });

  test('only a GET is read from it, and a GET without one from its body', () => {
    expect(() => readRequest(MESSAGE, request({ query: 'name=m', body: '{}' }))).toThrow(missing('name'));
    expect(() => readRequest(MESSAGE, request({ method: 'DELETE', query: 'name=m' }))).toThrow(
      missing('name'),
    );
    const bare = request({ method: 'GET', contentType: undefined, body: '{"name":"m"}' });
    expect(readRequest(MESSAGE, bare)).toEqual(UNSET);
  });
});

describe('a part of the path', () => {
  const MODEL = message({ model_id: pathParameter(), status: string() });
  const patch = (body: string, id: string | undefined = 'm-1') =>
    readRequest(MODEL, request({ method: 'PATCH', body, params: { model_id: id } }));

  test('is read from the path, and the body may repeat it', () => {
    expect(patch('{"status":"s"}')).toEqual({ model_id: 'm-1', status: 's' });
    expect(patch('{"model_id":"m-1"}').model_id).toBe('m-1');
    expect(patch('{"model_id":null}').model_id).toBe('m-1');
  });

  test.each(['"m-2"', '""', '5', '["m-1"]'])('%s in the body contradicts it and is refused', (given) => {
    expect(() => patch(`{"model_id":${given}}`)).toThrow(/not the same in the path and in the body/);
  });

  test('is refused with a NUL', () => {
    expect(() => patch('{}', 'm\0')).toThrow(/NUL/);
  });
});

describe('renderProtoJson', () => {
  test.each<[object, string]>([
    [{ a: undefined, b: null, c: '', d: 0, e: false, f: [] }, '{"c":"","d":0,"e":false,"f":[]}'],
    [{ timestamp: 2n ** 63n - 1n, step: -5n }, '{"timestamp":9223372036854775807,"step":-5}'],
    [{ timestamp: 1795392456195 }, '{"timestamp":1795392456195}'],
    [{ metrics: [{ value: Number.NaN }, { value: 1 }] }, '{"metrics":[{"value":"NaN"},{"value":1}]}'],
    [
      { a: Number.POSITIVE_INFINITY, b: Number.NEGATIVE_INFINITY, c: 1n },
      '{"a":"Infinity","b":"-Infinity","c":1}',
    ],
    [{ description: 'null' }, '{"description":"null"}'],
    [{}, '{}'],
  ])('%o is written as MLflow writes it', (value, text) => {
    expect(renderProtoJson(value)).toBe(text);
  });
});
