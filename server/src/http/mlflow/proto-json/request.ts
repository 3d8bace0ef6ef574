import { invalidArgument } from '../../../domain/errors.ts';
import { type JsonObject, type JsonValue, readStrictJson } from '../../plugins/strict-json.ts';
import { isObject, type Message } from '../proto-json.ts';

/** An HTTP request as far as a message is read from it. */
export interface WireRequest {
  readonly method: string;
  /** The header as sent. */
  readonly contentType: string | undefined;
  /** The target's query as sent, without its `?`. */
  readonly query: string;
  /** The body as sent; absent or empty when there is none. */
  readonly body: string | Uint8Array | undefined;
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

const EMPTY: JsonObject = {};

/**
 * Reads a request as MLflow does: a GET from its query (from its body when it has no query), everything else
 * from its body alone.
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function readRequest<I>(message: Message<I>, request: WireRequest): I {
  const { object, complaint } =
    request.method === 'GET' && request.query !== ''
      ? { object: readQuery(message, request.query), complaint: undefined }
      : readBody(request);
  const input = message.read(withPathParameters(message, object, request.params), '');
  // MLflow: a body that is no JSON counts as empty. Where that leaves nothing missing, it is refused here.
  if (complaint !== undefined) throw invalidArgument(complaint);
  return input;
}

/** The query's parameters that the message has, each where protobuf's JSON would have it. */
function readQuery(message: Message<unknown>, query: string): JsonObject {
  const given = new URLSearchParams(query);
  const object: Record<string, JsonValue> = {};
  for (const [name, field] of message.fields) {
    for (const key of field.otherName === undefined ? [name] : [name, field.otherName]) {
      const values = given.getAll(key);
      for (const value of values) checkQueryText(key, value, query);
      const [first] = values;
      if (first === undefined) continue;
      if (field.place === 'many') object[key] = values;
      else if (values.length > 1)
        // MLflow: the first one counts. Two answers to one question are refused here.
        throw invalidArgument(`Parameter '${key}' is given ${values.length} times; give it once.`, key);
      else object[key] = field.place === 'flag' ? queryFlag(first) : first;
    }
  }
  return object;
}

function queryFlag(value: string): boolean {
  const text = value.toLowerCase();
  if (text !== 'true' && text !== 'false')
    throw invalidArgument(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
  return text === 'true';
}

function checkQueryText(key: string, value: string, query: string): void {
  if (value.includes('\0')) throw invalidArgument(`Parameter '${key}' has a NUL character.`, key);
  if (value.includes('\ufffd') && !isUtf8Encoded(query))
    throw invalidArgument('The query string is not percent-encoded UTF-8.', key);
}

function isUtf8Encoded(query: string): boolean {
  try {
    // A percent sign that escapes nothing stands for itself.
    decodeURIComponent(query.replace(/%(?![0-9a-fA-F]{2})/g, '%25'));
    return true;
  } catch {
    return false;
  }
}

/** The body's object, and what is wrong with a body that counts as empty. */
function readBody(request: WireRequest): { object: JsonObject; complaint: string | undefined } {
  checkContentType(request);
  if (request.body === undefined || request.body.length === 0) return { object: EMPTY, complaint: undefined };
  const reading = readStrictJson(request.body);
  if (!reading.ok) return { object: EMPTY, complaint: reading.reason };
  let value = reading.value;
  if (typeof value === 'string') {
    // MLflow: old clients send JSON inside of a JSON string.
    const inner = readStrictJson(value);
    if (!inner.ok) throw invalidArgument('The body is a JSON string that does not hold JSON.');
    value = inner.value;
  }
  if (value === null) return { object: EMPTY, complaint: undefined };
  if (!isObject(value)) throw invalidArgument('The body must be a JSON object.');
  return { object: value, complaint: undefined };
}

function checkContentType({ method, contentType }: WireRequest): void {
  if (method !== 'POST' && method !== 'PUT') return;
  if (contentType === undefined) throw invalidArgument('Bad Request. Content-Type header is missing.');
  if (contentType.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    throw invalidArgument("Bad Request. Content-Type must be one of ['application/json'].");
}

function withPathParameters(
  message: Message<unknown>,
  object: JsonObject,
  params: WireRequest['params'],
): JsonObject {
  let merged: Record<string, JsonValue> | undefined;
  for (const [name, field] of message.fields) {
    if (field.place !== 'path') continue;
    const value = params[name];
    const given = object[name];
    if (value?.includes('\0')) throw invalidArgument(`Parameter '${name}' has a NUL character.`, name);
    if (given !== undefined && given !== null && given !== value)
      throw invalidArgument(`Parameter '${name}' is not the same in the path and in the body.`, name);
    if (value === undefined) continue;
    merged ??= { ...object };
    merged[name] = value;
  }
  return merged ?? object;
}
