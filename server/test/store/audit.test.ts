import { auditSuite } from '../suites/audit.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) auditSuite(target);
