import { idempotencySuite } from '../suites/idempotency.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) idempotencySuite(target);
