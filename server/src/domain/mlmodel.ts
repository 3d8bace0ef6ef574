import { readSignature, type Signature } from './signature.ts';

/** What we want to know of MLflow's `MLmodel` file. */
export interface Mlmodel {
  /** The names under `flavors:`. */
  readonly flavors: readonly string[];
  readonly signature: Signature | null;
}

/** Reads a parsed `MLmodel`; anything else says nothing. */
export function readMlmodel(document: unknown): Mlmodel {
  const { flavors, signature } = isRecord(document) ? document : {};
  return {
    flavors: isRecord(flavors) ? Object.keys(flavors) : [],
    signature: readSignature(signature),
  };
}

/** The framework that a model's flavors name: the one that is not the generic `python_function`. */
export function frameworkOf(flavors: readonly string[]): string | null {
  const own = flavors.find((flavor) => flavor !== 'python_function');
  if (own !== undefined) return own;
  return flavors.length > 0 ? 'pyfunc' : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
