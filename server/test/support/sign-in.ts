import { countedAttempts } from '../../src/host/attempts.ts';
import { auditSigner, newAuditKey } from '../../src/host/audit-key.ts';
import { collectedUses } from '../../src/host/collected-uses.ts';
import { argonPasswords } from '../../src/host/passwords.ts';
import { countedRefusals } from '../../src/host/refusals.ts';
import { rememberedPasswords } from '../../src/host/verified-passwords.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';

const fastPasswords = argonPasswords({ memory: 64, passes: 1, parallelism: 1 });

const DAY_MS = 86_400_000;
const signer = auditSigner(newAuditKey());

/** What signing in, the audit log and the figures take, with passwords that are hashed fast. */
export function signInParts(): Pick<
  Deps,
  | 'passwords'
  | 'attempts'
  | 'verified'
  | 'tokenUses'
  | 'fileUses'
  | 'refusals'
  | 'telemetry'
  | 'auditSigner'
  | 'checkpointSink'
  | 'signInRules'
  | 'governance'
  | 'retention'
  | 'identityProvider'
> {
  return {
    passwords: fastPasswords,
    attempts: countedAttempts(),
    verified: rememberedPasswords(),
    tokenUses: collectedUses(),
    fileUses: collectedUses(),
    refusals: countedRefusals(),
    telemetry: createTelemetry({ version: '0.0.0-test', engine: 'test' }),
    auditSigner: signer,
    checkpointSink: null,
    retention: {
      periods: {
        development: 30 * DAY_MS,
        staging: 90 * DAY_MS,
        production: 365 * DAY_MS,
        archived: 1095 * DAY_MS,
      },
      purge: false,
      graceMs: 3 * DAY_MS,
      maxShare: 0.2,
    },
    governance: { requireApproval: false, baseUrl: 'http://localhost:5136' },
    signInRules: { isOff: true, passwords: true, productionApprovers: new Set(), groupRoles: new Map() },
    identityProvider: null,
  };
}
