import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Passwords } from '../operations/ports/passwords.ts';

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** The first of OWASP's recommendations that suits a server of 2 cores (Password Storage Cheat Sheet). */
const COST: Cost = { memory: 19 * 1024, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const PHC =
  /^\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

const derive = promisify(argon2);

/** argon2id (RFC 9106) by Node's OpenSSL, off the main thread. */
export function argonPasswords(cost: Cost = COST): Passwords {
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return render(cost, salt, await tagOf(password, salt, cost, TAG_BYTES));
    },
    async verify(password, phc) {
      const [, memory, passes, parallelism, salt, tag] = PHC.exec(phc) ?? [];
      if (salt === undefined || tag === undefined) return false;
      const wanted = Buffer.from(tag, 'base64');
      const its = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
      return timingSafeEqual(await tagOf(password, Buffer.from(salt, 'base64'), its, wanted.length), wanted);
    },
    decoy: render(cost, Buffer.alloc(SALT_BYTES), Buffer.alloc(TAG_BYTES)),
  };
}

async function tagOf(password: string, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return derive('argon2id', { message: Buffer.from(password), nonce, tagLength, ...cost });
}

function render({ memory, passes, parallelism }: Cost, salt: Buffer, tag: Buffer): string {
  const bare = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(tag)}`;
}
