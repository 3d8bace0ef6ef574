import { invalidArgument } from './errors.ts';

/** Everyone who ever acted. The id stays for ever; the name may change, or be erased. */
export interface Subject {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  readonly name: string;
  /** Whoever answers for a service account; null for others. */
  readonly ownerId: string | null;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
}

/** `user`: a person. `service_account`: a program. `local`: whoever asks while sign-in is off. `system`: our own jobs. */
const SUBJECT_KINDS = ['user', 'service_account', 'local', 'system'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export const NAME_LENGTH = 128;
/** Letters, digits and `._@+-`: what logs, URLs and the Basic scheme (no colon) carry unchanged. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]*$/u;
/** What the Basic scheme uses as the user of a token, and who is nobody's account. */
const RESERVED = new Set(['token', 'local', 'system', 'anonymous']);

/**
 * A name for signing in, in its normal form (NFKC), so that two that look alike are one.
 * @throws `invalid_argument`.
 */
export function parseSubjectName(text: string, parameter = 'name'): string {
  const name = text.normalize('NFKC');
  if ([...name].length > NAME_LENGTH || !NAME.test(name))
    throw invalidArgument(
      `A name has 1 to ${NAME_LENGTH} letters, digits and the signs . _ @ + -, and begins with a letter or digit.`,
      parameter,
    );
  if (RESERVED.has(name.toLowerCase()))
    throw invalidArgument(`The name ${name} is reserved; choose another.`, parameter);
  return name;
}

/** Whether it is a name in its normal form, and nobody's that is reserved. */
export function isSubjectName(name: string): boolean {
  return [...name].length <= NAME_LENGTH && NAME.test(name) && !RESERVED.has(name.toLowerCase());
}

/** Names differ in more than case: this is what is unique. */
export function subjectNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
