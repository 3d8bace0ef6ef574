import type { TObject } from 'typebox';

const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

/**
 * Query parameters arrive as texts: those whose schema says integer or boolean are read as such when they
 * are spelled canonically. What is not is left as it is, and refused by the schema.
 */
export function readQuery(query: unknown, schema: TObject): unknown {
  return Object.fromEntries(
    Object.entries(query ?? {}).map(([name, text]: [string, unknown]) => {
      const { type } = (Object.hasOwn(schema.properties, name) ? schema.properties[name] : {}) as {
        type?: unknown;
      };
      if (typeof text !== 'string') return [name, text];
      if (type === 'integer' && INTEGER.test(text)) return [name, Number(text)];
      if (type === 'boolean' && (text === 'true' || text === 'false')) return [name, text === 'true'];
      return [name, text];
    }),
  );
}
