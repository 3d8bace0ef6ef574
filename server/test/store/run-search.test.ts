import { runSearchSuite } from '../suites/run-search.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) runSearchSuite(target);
