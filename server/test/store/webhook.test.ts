import { webhookSuite } from '../suites/webhook.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) webhookSuite(target);
