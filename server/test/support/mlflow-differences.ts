import { BAD_INPUT } from './mlflow-differences/bad-input.ts';
import type { Difference } from './mlflow-differences/difference.ts';
import { FILES } from './mlflow-differences/files.ts';
import { LENGTHS } from './mlflow-differences/lengths.ts';
import { REGISTRY } from './mlflow-differences/registry.ts';
import { TRACKING } from './mlflow-differences/tracking.ts';
import { WRONG_TYPES } from './mlflow-differences/wrong-types.ts';

/** What no answer of a message shows alone. */
const BEYOND_MESSAGES: readonly Difference[] = [
  {
    id: 'sealed-files',
    what: 'Writing or deleting files that a version was registered from, above or below them',
    mlflow: 'done',
    here: '409 `RESOURCE_CONFLICT`; the same bytes again are accepted',
    why: 'what is registered does not change',
    keptBy: 'test/http/mlflow/artifact.test.ts',
  },
  {
    id: 'empty-artifact-paths',
    what: 'Deleting the artifact path `%01`, a blank or an empty one',
    mlflow: 'may empty the artifact root',
    here: '400',
    why: 'a bug of MLflow',
    keptBy: 'test/http/hostile/artifact-path.test.ts',
  },
  {
    id: 'order-of-names',
    what: 'Order of names on PostgreSQL',
    mlflow: 'the collation of the database',
    here: 'by bytes, as on SQLite',
    why: 'the same order on every engine',
    keptBy: 'test/store/run-search.test.ts',
  },
  {
    id: 'webhook-limits',
    what: 'Webhook URLs with spaces, control characters, backslashes or a port that is none; webhook texts longer than their columns (URL 500, description 1,000 characters, secret 687 bytes)',
    mlflow: 'accepted (on PostgreSQL 400 with SQL)',
    here: '400',
    why: 'nothing could be sent there, or kept on every engine',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-test-shows-no-body',
    what: 'testWebhook',
    mlflow:
      'shows all that the receiver said, and the inner words of a failed connection; tries again like a delivery',
    here: 'shows the status alone, and a few words of a failure (`REGISTRY_WEBHOOK_SHOW_RESPONSE` shows up to 1 KiB); tries once',
    why: 'a webhook must not read what the server can reach',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-redirects',
    what: 'A receiver of webhooks that redirects',
    mlflow: 'followed',
    here: 'not followed: no success',
    why: 'the address that was checked is the one that is reached',
    keptBy: 'test/egress/egress.test.ts',
  },
  {
    id: 'webhook-delivery',
    what: 'Delivery of webhooks',
    mlflow: 'from memory, once, in any order; lost at a restart; a new webhook is heard after a minute',
    here: 'kept in the transaction of the change, at least once under one delivery id, in order for each webhook, at once',
    why: 'nothing is forgotten',
    keptBy: 'test/operations/webhook-delivery.test.ts',
  },
];

/** Every difference that a client can see; shown in docs/mlflow-compatibility.md. */
export const DIFFERENCES: readonly Difference[] = [
  ...REGISTRY,
  ...TRACKING,
  ...FILES,
  ...LENGTHS,
  WRONG_TYPES,
  ...BAD_INPUT,
  ...BEYOND_MESSAGES,
];
