import type TypeBox from 'typebox';

type Options = Readonly<Record<string, unknown>>;
type Schema = Record<string, unknown>;

/** Marks a property as one that may be absent; never part of the document. */
const OPTIONAL = Symbol('optional');

const plain =
  (type: string) =>
  (options: Options = {}): Schema => ({ type, ...options });

const builder = {
  String: plain('string'),
  Integer: plain('integer'),
  Number: plain('number'),
  Boolean: plain('boolean'),
  Null: plain('null'),
  Array: (items: Schema, options: Options = {}): Schema => ({ type: 'array', items, ...options }),
  Enum: (values: readonly unknown[], options: Options = {}): Schema => ({ enum: values, ...options }),
  Literal: (value: unknown, options: Options = {}): Schema => ({
    type: typeof value,
    const: value,
    ...options,
  }),
  Union: (members: readonly Schema[], options: Options = {}): Schema => ({ anyOf: members, ...options }),
  Record: (_key: Schema, value: Schema, options: Options = {}): Schema => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  Object(properties: Readonly<Record<string, Schema>>, options: Options = {}): Schema {
    const required = Object.keys(properties).filter((name) => !(OPTIONAL in (properties[name] ?? {})));
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
  },
  Unsafe: (schema: Schema): Schema => ({ ...schema }),
  Optional(schema: Schema): Schema {
    const marked = { ...schema };
    Object.defineProperty(marked, OPTIONAL, { value: true });
    return marked;
  },
};

/**
 * TypeBox's builder with TypeBox's types, as far as this API uses it. What it builds is JSON Schema, which
 * TypeBox's compiler takes from anyone; loading TypeBox's own builder, 370 modules, would take a fifth of the
 * time that the server has to start (docs/adr/0007). The OpenAPI snapshot says that both build the same.
 */
export const Type = builder as unknown as typeof TypeBox;
