import { experimentSuite } from '../suites/experiment.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) experimentSuite(target);
