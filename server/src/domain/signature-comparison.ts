import { type FieldType, type Signature, type SignatureField, typeText } from './signature.ts';

/** Whether callers of the older one can call the newer one, and understand its answers. */
type Compatibility = 'identical' | 'backward_compatible' | 'breaking' | 'unknown';

type Part = 'inputs' | 'outputs' | 'params';

/** One field that is not what it was. */
export interface SignatureChange {
  readonly part: Part;
  /** Its name, or its place (`#0`) when it has none. */
  readonly field: string;
  readonly change: 'added' | 'removed' | 'retyped' | 'made_optional' | 'made_required' | 'new_default';
  readonly from: string | null;
  readonly to: string | null;
  readonly breaking: boolean;
}

export interface SignatureDifference {
  readonly compatibility: Compatibility;
  readonly changes: readonly SignatureChange[];
}

const UNKNOWN: SignatureDifference = { compatibility: 'unknown', changes: [] };

/**
 * What changed, and what it means to who uses the older one. MLflow's enforcement is the measure: columns that the model
 * does not know are ignored, numbers are widened, and nothing else is converted.
 */
export function compareSignatures(older: Signature | null, newer: Signature | null): SignatureDifference {
  if (older === null || newer === null) return UNKNOWN;
  // What one of them does not say cannot be compared; parameters that are not said are none.
  if ((older.inputs === null) !== (newer.inputs === null)) return UNKNOWN;
  if ((older.outputs === null) !== (newer.outputs === null)) return UNKNOWN;
  const changes = (['inputs', 'outputs', 'params'] as const).flatMap((part) =>
    compareFields(part, older[part] ?? [], newer[part] ?? []),
  );
  if (changes.length === 0) return { compatibility: 'identical', changes };
  const breaks = changes.some(({ breaking }) => breaking);
  return { compatibility: breaks ? 'breaking' : 'backward_compatible', changes };
}

function compareFields(
  part: Part,
  older: readonly SignatureField[],
  newer: readonly SignatureField[],
): SignatureChange[] {
  const before = byName(older);
  const after = byName(newer);
  const removed = [...before].flatMap(([field, was]) =>
    after.has(field) ? [] : [removal(part, field, was)],
  );
  const others = [...after].flatMap(([field, is]) => {
    const was = before.get(field);
    return was === undefined ? [addition(part, field, is)] : compareField(part, field, was, is);
  });
  return [...removed, ...others];
}

/** Fields without a name are known by their place. */
function byName(fields: readonly SignatureField[]): Map<string, SignatureField> {
  return new Map(fields.map((field, index) => [field.name ?? `#${index}`, field]));
}

/** MLflow drops columns that it does not know; a place that is gone, an answer, or a parameter is missed. */
function removal(part: Part, field: string, was: SignatureField): SignatureChange {
  const isIgnored = part === 'inputs' && was.name !== null && was.type.kind !== 'tensor';
  return { part, field, change: 'removed', from: typeText(was.type), to: null, breaking: !isIgnored };
}

function addition(part: Part, field: string, is: SignatureField): SignatureChange {
  const breaking = part === 'inputs' && is.isRequired;
  return { part, field, change: 'added', from: null, to: typeText(is.type), breaking };
}

function compareField(part: Part, field: string, was: SignatureField, is: SignatureField): SignatureChange[] {
  const changes: SignatureChange[] = [];
  const [from, to] = [typeText(was.type), typeText(is.type)];
  if (from !== to) {
    const fits = part === 'outputs' ? accepts(was.type, is.type) : accepts(is.type, was.type);
    changes.push({ part, field, change: 'retyped', from, to, breaking: !fits });
  }
  if (was.isRequired !== is.isRequired) {
    const change = is.isRequired ? 'made_required' : 'made_optional';
    const breaking = is.isRequired === (part === 'inputs');
    changes.push({ part, field, change, from: null, to: null, breaking });
  }
  if (was.fallback !== is.fallback)
    changes.push({
      part,
      field,
      change: 'new_default',
      from: was.fallback,
      to: is.fallback,
      breaking: false,
    });
  return changes;
}

/** MLflow widens these and no others. */
const WIDENED: ReadonlyMap<string, readonly string[]> = new Map([
  ['long', ['integer']],
  ['double', ['float', 'integer']],
]);

/** Whether what has the one type can be taken for the other. */
function accepts(wanted: FieldType, given: FieldType): boolean {
  if (wanted.kind !== given.kind) return false;
  switch (wanted.kind) {
    case 'scalar': {
      const name = (given as typeof wanted).name;
      return wanted.name === name || (WIDENED.get(wanted.name) ?? []).includes(name);
    }
    case 'tensor': {
      const { name, shape } = given as typeof wanted;
      const fits = wanted.shape.every((size, index) => size === -1 || size === shape[index]);
      return wanted.name === name && wanted.shape.length === shape.length && fits;
    }
    case 'array':
    case 'map':
      return accepts(wanted.of, (given as typeof wanted).of);
    case 'object': {
      const has = byName((given as typeof wanted).fields);
      return wanted.fields.every((field, index) => {
        const its = has.get(field.name ?? `#${index}`);
        if (its === undefined) return !field.isRequired;
        return accepts(field.type, its.type) && (its.isRequired || !field.isRequired);
      });
    }
    case 'other':
      return wanted.name === (given as typeof wanted).name;
  }
}

/** As a sentence tells it: `inputs camera added (string)`. */
export function signatureChangeText({ part, field, change, from, to }: SignatureChange): string {
  const types = [from, to].filter((type) => type !== null).join(' → ');
  return `${part} ${field} ${change.replace('_', ' ')}${types === '' ? '' : ` (${types})`}`;
}
