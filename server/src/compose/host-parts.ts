import type { Config } from '../config/config.ts';
import { subjectNameKey } from '../domain/subject.ts';
import { createEgress } from '../egress/egress.ts';
import { countedAttempts } from '../host/attempts.ts';
import { auditSignerOfFile } from '../host/audit-key.ts';
import { hostClock } from '../host/clock.ts';
import { collectedUses } from '../host/collected-uses.ts';
import { hostDigests } from '../host/digests.ts';
import { randomIds } from '../host/ids.ts';
import { argonPasswords } from '../host/passwords.ts';
import { countedRefusals } from '../host/refusals.ts';
import { rememberedPasswords } from '../host/verified-passwords.ts';
import { webhookSecrets } from '../host/webhook-secrets.ts';
import { hostYaml } from '../host/yaml.ts';
import type { RetentionSettings } from '../operations/ports/retention-settings.ts';
import type { Telemetry } from '../operations/ports/telemetry.ts';
import type { Deps } from '../operations/ports.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the machine and the settings give. */
export function hostParts(
  config: Config,
  telemetry: Telemetry,
): Omit<Deps, 'store' | 'artifacts' | 'checkpointSink' | 'identityProvider' | 'serverId'> {
  return {
    clock: hostClock,
    ids: randomIds,
    digests: hostDigests,
    yaml: hostYaml,
    passwords: argonPasswords(),
    attempts: countedAttempts(),
    verified: rememberedPasswords(),
    tokenUses: collectedUses(),
    fileUses: collectedUses(),
    refusals: countedRefusals(),
    telemetry,
    governance: { requireApproval: config.requireApproval, baseUrl: config.baseUrl },
    retention: retentionSettings(config),
    signInRules: {
      isOff: config.auth === 'none',
      passwords: config.auth !== 'oidc' || config.oidcLocalSignIn,
      productionApprovers: new Set(config.productionApprovers.map(subjectNameKey)),
      groupRoles: config.oidcGroupRoles,
    },
    auditSigner: auditSignerOfFile(config.auditKeyFile),
    ...webhookParts(config),
  };
}

function retentionSettings(config: Config): RetentionSettings {
  return {
    periods: {
      development: config.retentionDevelopmentDays * DAY_MS,
      staging: config.retentionStagingDays * DAY_MS,
      production: config.retentionProductionDays * DAY_MS,
      archived: config.retentionArchivedDays * DAY_MS,
    },
    purge: config.retentionPurge,
    graceMs: config.retentionGraceHours * HOUR_MS,
    maxShare: config.retentionMaxShare,
  };
}

/** What it takes to send to webhooks. */
function webhookParts(config: Config): Pick<Deps, 'egress' | 'webhooks' | 'webhookSecrets'> {
  const { webhookSchemes: schemes, webhookTimeoutSeconds, webhookRetries: retries } = config;
  return {
    egress: createEgress({ schemes, allowPrivate: config.webhookAllowPrivate }),
    webhookSecrets: webhookSecrets(config.webhookKey ?? null),
    webhooks: {
      schemes,
      retries,
      deadlineMs: webhookTimeoutSeconds * 1_000,
      showResponse: config.webhookShowResponse,
    },
  };
}
