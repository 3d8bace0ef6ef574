import { canonicalJson } from './canonical-json.ts';

/**
 * What a model takes and gives, as its `MLmodel` says it: MLflow's schemas of columns and tensors
 * (mlflow.org, "Model Signatures"). Null: it does not say.
 */
export interface Signature {
  readonly inputs: readonly SignatureField[] | null;
  readonly outputs: readonly SignatureField[] | null;
  readonly params: readonly SignatureField[] | null;
}

/** A column, a tensor or a parameter. */
export interface SignatureField {
  /** Null: it is known by its place. */
  readonly name: string | null;
  readonly type: FieldType;
  readonly isRequired: boolean;
  /** JSON of a parameter's default; null for others. */
  readonly fallback: string | null;
}

/** MLflow's types; `other` is compared as a whole. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'tensor'; readonly name: string; readonly shape: readonly number[] }
  | { readonly kind: 'array'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'object'; readonly fields: readonly SignatureField[] }
  | { readonly kind: 'other'; readonly name: string };

/** Deeper schemas are not read: nobody's data look so. */
const DEPTH = 20;

type Json = Readonly<Record<string, unknown>>;

/** The `signature` of an MLmodel, whose parts are texts of JSON; null: there is none, or it is not one of MLflow's. */
export function readSignature(document: unknown): Signature | null {
  if (!isRecord(document)) return null;
  try {
    const signature = {
      inputs: readPart(document['inputs'], readField),
      outputs: readPart(document['outputs'], readField),
      params: readPart(document['params'], readParam),
    };
    return signature.inputs === null && signature.outputs === null ? null : signature;
  } catch {
    return null;
  }
}

function readPart(text: unknown, read: (one: Json) => SignatureField): SignatureField[] | null {
  if (typeof text !== 'string') return null;
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.map((one) => read(requireRecord(one))) : null;
}

function readField(field: Json): SignatureField {
  const { name } = field;
  return {
    name: typeof name === 'string' ? name : null,
    type: readType(field, DEPTH),
    // MLflow 2.6 and older said `optional`; nothing said means required.
    isRequired: field['required'] !== false && field['optional'] !== true,
    fallback: null,
  };
}

function readParam(param: Json): SignatureField {
  const { name, shape } = param;
  const scalar = readType({ type: param['type'] ?? param['dtype'] }, DEPTH);
  return {
    name: typeof name === 'string' ? name : null,
    type: Array.isArray(shape) ? { kind: 'array', of: scalar } : scalar,
    isRequired: false,
    fallback: canonicalJson(param['default'] ?? null),
  };
}

function readType(schema: Json, depth: number): FieldType {
  if (depth === 0) throw new RangeError('a schema that is too deep');
  const { type } = schema;
  const inner = (key: string) => readType(requireRecord(schema[key]), depth - 1);
  if (type === 'tensor') {
    const spec = requireRecord(schema['tensor-spec']);
    const shape = Array.isArray(spec['shape']) ? spec['shape'].map(Number) : [];
    return { kind: 'tensor', name: String(spec['dtype']), shape };
  }
  if (type === 'array') return { kind: 'array', of: inner('items') };
  if (type === 'map') return { kind: 'map', of: inner('values') };
  if (type === 'object') {
    const properties = Object.entries(requireRecord(schema['properties']));
    const fields = properties.map(([name, one]) => {
      const property = requireRecord(one);
      return { ...readField({ ...property, name, type: 'any' }), type: readType(property, depth - 1) };
    });
    return { kind: 'object', fields };
  }
  return typeof type === 'string'
    ? { kind: 'scalar', name: type }
    : { kind: 'other', name: canonicalJson(schema) };
}

/** As people read it: `double`, `tensor(float64, -1×30)`, `array(long)`, `{p: string, q?: long}`. */
export function typeText(type: FieldType): string {
  switch (type.kind) {
    case 'tensor':
      return `tensor(${type.name}, ${type.shape.join('×')})`;
    case 'array':
    case 'map':
      return `${type.kind}(${typeText(type.of)})`;
    case 'object':
      return `{${type.fields.map(({ name, type: of, isRequired }) => `${name}${isRequired ? '' : '?'}: ${typeText(of)}`).join(', ')}}`;
    case 'scalar':
    case 'other':
      return type.name;
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireRecord(value: unknown): Json {
  if (!isRecord(value)) throw new TypeError('a schema that is no object');
  return value;
}
