import { POLICY_DOCUMENT } from '../../src/http/v1/policy/document-schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: Schema | false;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** The policy document's fields as a Markdown page (docs/policy-reference.md). */
export function renderPolicyPage(): string {
  return [
    '# Policy reference',
    '',
    'Generated from `server/src/http/v1/policy/document-schema.ts`, which `GET /api/v1/policies/schema` answers as JSON Schema.',
    'What policies are for, and how they are written: [governance.md](governance.md). `[]` is an entry of a list, `.<name>` one of',
    'an object by names. Fields that are not listed are refused.',
    '',
    '| field | must be there | value | meaning |',
    '|---|---|---|---|',
    ...rowsOf(POLICY_DOCUMENT as Schema, ''),
    '',
  ].join('\n');
}

/** A row for each field, those of a field below it. @throws for a field that says nothing of itself. */
function rowsOf(schema: Schema, path: string, must = 'yes'): string[] {
  const { properties = {}, required = [], items, anyOf = [], additionalProperties } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, field]) => {
      const place = path === '' ? name : `${path}.${name}`;
      if (field.description === undefined) throw new Error(`${place} has no description`);
      return [
        `| \`${place}\` | ${required.includes(name) ? must : ''} | ${describeValue(field)} | ${field.description} |`,
        ...rowsOf(field, place),
      ];
    }),
    ...(items === undefined ? [] : rowsOf(items, `${path}[]`)),
    ...anyOf.flatMap((one) => rowsOf(one, path, 'of its kind')),
    ...(additionalProperties ? rowsOf(additionalProperties, `${path}.<name>`) : []),
  ];
}

function describeValue(schema: Schema): string {
  const { type, anyOf, items, minItems = 0, maxItems } = schema;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.const !== undefined) return `${schema.const}`;
  if (anyOf !== undefined) return [...new Set(anyOf.map(describeValue))].join(' or ');
  if (type === 'array') return `${minItems}–${maxItems}: ${describeValue(items ?? {})}`;
  if (type === 'string')
    return schema.maxLength === undefined ? 'text' : `text of up to ${schema.maxLength} characters`;
  const { minimum, maximum } = schema;
  if (minimum === undefined) return `${type}`;
  return maximum === undefined ? `${type}, ${minimum} or more` : `${type}, ${minimum}–${maximum}`;
}
