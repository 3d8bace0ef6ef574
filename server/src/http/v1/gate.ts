import { Type } from './schema-builder.ts';

/** A gate with its outcome and all its figures, which depend on its kind. */
export const GATE = Type.Object({}, { additionalProperties: true });
