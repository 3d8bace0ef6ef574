import { invalidArgument } from './errors.ts';

const LEAST_LENGTH = 15;
/** Hashing takes longer for longer ones; nobody types more. */
const GREATEST_LENGTH = 256;
/** So many different characters at least, whatever the length. */
const LEAST_DIFFERENT = 6;

/**
 * What people choose when they must choose something long (NIST SP 800-63B, section 3.1.1.2: lists of common
 * values). Compared after folding: lower case, letters for the digits and signs that stand for them.
 */
const COMMON_PARTS = [
  'password',
  'passphrase',
  'passwort',
  'letmein',
  'welcome',
  'qwertyuiop',
  'qwertzuiop',
  'qwerty',
  'qwertz',
  'azerty',
  'asdfghjkl',
  'zxcvbnm',
  'iloveyou',
  'administrator',
  'admin',
  'changeme',
  'changeit',
  'default',
  'secret',
  'monkey',
  'dragon',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'master',
  'abcdefghijklmnopqrstuvwxyz',
  'abcdefgh',
  'farmiq',
  'registry',
  'mlflow',
  'correcthorsebatterystaple',
  'correct horse battery staple',
  'thequickbrownfox',
  'trustno',
  'whatever',
  'computer',
  'internet',
  'login',
  'root',
  'guest',
];
const RUNS = ['01234567890123456789', '98765432109876543210'];
const STANDS_FOR: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'i'],
  ['3', 'e'],
  ['4', 'a'],
  ['5', 's'],
  ['7', 't'],
  ['@', 'a'],
  ['$', 's'],
  ['!', 'i'],
]);
/** So many letters must be left when the common parts are taken out of a password that has some. */
const LEAST_LEFT = 8;

/**
 * Refuses what is guessed first; asks for no kinds of characters (NIST SP 800-63B). Normalized (NFKC), so that
 * one keyboard's spelling is the other's.
 * @throws `invalid_argument`, whose text never holds the password.
 */
export function parseNewPassword(text: string, name: string, parameter = 'password'): string {
  const password = normalizePassword(text);
  const length = [...password].length;
  if (length < LEAST_LENGTH || length > GREATEST_LENGTH)
    throw invalidArgument(
      `A password has ${LEAST_LENGTH} to ${GREATEST_LENGTH} characters; this has ${length}.`,
      parameter,
    );
  if (password.includes('\0') || !password.isWellFormed())
    throw invalidArgument('A password holds characters only, and no NUL.', parameter);
  if (isCommon(password, name))
    throw invalidArgument(
      'This password is among the first that are tried (a common one, a sequence, a repetition, or your name); choose another, such as four or more words by chance.',
      parameter,
    );
  return password;
}

/** As it is hashed. */
export function normalizePassword(text: string): string {
  return text.normalize('NFKC');
}

function isCommon(password: string, name: string): boolean {
  const lower = password.toLowerCase();
  if (new Set(lower).size < LEAST_DIFFERENT || isRepetition(lower)) return true;
  const own = name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length >= 3);
  const parts = [...own, ...COMMON_PARTS].toSorted((a, b) => b.length - a.length);
  return [withoutRuns(lower), folded(lower)].some((form) => {
    const left = parts.reduce((rest, part) => rest.replaceAll(part, ''), form);
    return left === '' || (left !== form && lettersIn(left) < LEAST_LEFT);
  });
}

function lettersIn(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

/** One part again and again: `chicken1chicken1`. */
function isRepetition(text: string): boolean {
  return `${text}${text}`.indexOf(text, 1) < text.length;
}

/** Without the counting that people append. */
function withoutRuns(text: string): string {
  return text.replace(/\d{3,}/g, (digits) => (RUNS.some((run) => run.includes(digits)) ? '' : digits));
}

function folded(text: string): string {
  return [...withoutRuns(text)].map((character) => STANDS_FOR.get(character) ?? character).join('');
}
