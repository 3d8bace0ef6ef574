import { createRequire } from 'node:module';
import type { TSchema } from 'typebox';
import type { Validator } from 'typebox/schema';
import { type Problem, RegistryError } from '../../domain/errors.ts';

/** Where a value stands in a request. */
export type RequestPart = 'params' | 'query' | 'body';

/** Lists everything that is wrong with a value of one part of a request. */
export type Inspect = (value: unknown) => Problem[];

/** The compiler of schemas is 160 modules; loaded by the first request instead of at the start. */
const load = createRequire(import.meta.url);

/** What is wrong with one request is counted up to here. */
const ERRORS_COUNTED = 1_000;

type SchemaError = ReturnType<Validator['Errors']>[1][number];

/**
 * A schema → its inspector; compiled when it is first used. Paths are JSON pointers for bodies, the names of
 * parameters else.
 */
export function inspector(part: RequestPart, schema: TSchema): Inspect {
  let validator: Validator | undefined;
  return (value) => {
    if (part === 'body' && value === undefined)
      return [{ path: '', message: 'A body is required; send a JSON object.' }];
    validator ??= (load('typebox/schema') as typeof import('typebox/schema')).Compile(schema);
    const problems = part === 'body' ? surplusFields(value, schema) : oddParameters(value);
    if (problems.length > 0 || validator.Check(value)) return problems;
    return listErrors(validator, value).flatMap((error) => toProblems(error, schema, part));
  };
}

/** TypeBox counts eight by default; its setting is shared by the process, so it is set where it is read. */
function listErrors(validator: Validator, value: unknown): readonly SchemaError[] {
  const { Settings } = load('typebox/system') as typeof import('typebox/system');
  Settings.Set({ maxErrors: ERRORS_COUNTED });
  return validator.Errors(value)[1];
}

/** A flood of unknown fields: told by themselves, for looking at each with the schema would take seconds. */
function surplusFields(value: unknown, schema: TSchema): Problem[] {
  const { properties, additionalProperties } = schema as {
    properties?: object;
    additionalProperties?: unknown;
  };
  if (additionalProperties !== false || properties === undefined || !isPlainObject(value)) return [];
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
  if (unknown.length <= ERRORS_COUNTED) return [];
  const message = unknownField('#/', schema, 'body');
  return unknown.map((name) => ({ path: `/${escaped(name)}`, message }));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All problems as one failure; the first stands in its sentence. */
export function notValid(problems: readonly Problem[]): RegistryError<'invalid_argument'> {
  const [first] = problems;
  const error = first === undefined ? 'The request is not valid.' : sentence(first);
  const more = problems.length - 1;
  const count = more < ERRORS_COUNTED - 1 ? String(more) : `at least ${more}`;
  const message = more > 0 ? `${error} There are ${count} more problems; see "errors".` : error;
  return new RegistryError('invalid_argument', { message, problems });
}

function sentence({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** Parameters arrive as texts: those that stand twice, or that no name can hold. */
function oddParameters(value: unknown): Problem[] {
  return Object.entries(value ?? {}).flatMap(([path, text]: [string, unknown]) => {
    if (Array.isArray(text)) return [{ path, message: 'Is given more than once.' }];
    if (typeof text === 'string' && text.includes('\0'))
      return [{ path, message: 'Must not contain the character NUL.' }];
    return [];
  });
}

function toProblems(error: SchemaError, schema: TSchema, part: RequestPart): Problem[] {
  const at = (pointer: string) => (part === 'body' ? pointer : unescaped(pointer.slice(1)));
  const path = at(error.instancePath);
  switch (error.keyword) {
    // An unknown field is reported by the schema `false` that it falls under.
    case 'boolean':
      return [{ path, message: unknownField(error.schemaPath, schema, part) }];
    case 'additionalProperties':
      return [];
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        path: at(`${error.instancePath}/${escaped(name)}`),
        message: part === 'body' ? 'This field is required.' : 'This parameter is required.',
      }));
    default:
      return [{ path, message: phrase(error) }];
  }
}

function phrase(error: SchemaError): string {
  switch (error.keyword) {
    case 'type':
      return `Must be ${[error.params.type].flat().map(withArticle).join(' or ')}.`;
    case 'enum':
      return `Must be one of ${error.params.allowedValues.join(', ')}.`;
    case 'minLength':
      return error.params.limit === 1
        ? 'Must not be empty.'
        : `Must have ${error.params.limit} characters or more.`;
    case 'maxLength':
      return `Must not have more than ${error.params.limit} characters.`;
    case 'maxItems':
      return `Must not have more than ${error.params.limit} items.`;
    case 'maxProperties':
      return `Must not have more than ${error.params.limit} entries.`;
    case 'minProperties':
      return 'Must not be empty.';
    case 'minimum':
      return `Must be ${error.params.limit} or more.`;
    case 'maximum':
      return `Must be ${error.params.limit} or less.`;
    default:
      return `The value ${error.message}.`;
  }
}

function withArticle(type: unknown): string {
  if (type === 'null') return 'null';
  return type === 'integer' || type === 'object' || type === 'array' ? `an ${type}` : `a ${type}`;
}

function unknownField(schemaPath: string, schema: TSchema, part: RequestPart): string {
  const holder = schemaPath.split('/').slice(1, -1).map(unescaped);
  let at: unknown = schema;
  for (const key of holder) at = (at as Record<string, unknown> | undefined)?.[key];
  const known = Object.keys((at as { properties?: object } | undefined)?.properties ?? {});
  const what = part === 'body' ? 'field' : 'parameter';
  return known.length === 0
    ? `Unknown ${what}; none is accepted here.`
    : `Unknown ${what}; accepted are ${known.join(', ')}.`;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
