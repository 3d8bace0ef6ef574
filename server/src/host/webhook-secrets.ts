import { createHmac } from 'node:crypto';
import type { WebhookSecrets } from '../operations/ports/webhook.ts';
import { openFernet, parseFernetKey, sealFernet } from './fernet.ts';

/**
 * Secrets encrypted as MLflow does, so that each reads the other's rows. `key` is MLflow's: 32 bytes in URL-safe
 * base64; null when the server has none (MLflow: makes one up at each start, and loses the secrets at the next).
 */
export function webhookSecrets(key: string | null): WebhookSecrets {
  const parsed = key === null ? null : parseFernetKey(key);
  return {
    seal: (secret) => (parsed === null ? null : sealFernet(parsed, secret)),
    sign(sealedSecret, text) {
      const secret = parsed === null ? null : openFernet(parsed, sealedSecret);
      if (secret === null) return { kind: 'unreadable' };
      if (secret === '') return { kind: 'unsigned' };
      return { kind: 'signed', signature: createHmac('sha256', secret).update(text).digest('base64') };
    },
  };
}
