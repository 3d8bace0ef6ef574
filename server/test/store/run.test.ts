import { runSuite } from '../suites/run.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) runSuite(target);
