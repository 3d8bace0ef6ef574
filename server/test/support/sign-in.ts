import { countedAttempts } from '../../src/host/attempts.ts';
import { argonPasswords } from '../../src/host/passwords.ts';
import { collectedUses, rememberedPasswords } from '../../src/host/verified-passwords.ts';
import type { Deps } from '../../src/operations/ports.ts';

const fastPasswords = argonPasswords({ memory: 64, passes: 1, parallelism: 1 });

/** What signing in takes, with passwords that are hashed fast. */
export function signInParts(): Pick<Deps, 'passwords' | 'attempts' | 'verified' | 'tokenUses'> {
  return {
    passwords: fastPasswords,
    attempts: countedAttempts(),
    verified: rememberedPasswords(),
    tokenUses: collectedUses(),
  };
}
