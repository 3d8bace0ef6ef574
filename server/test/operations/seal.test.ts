import { sealSuite } from '../suites/seal.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) sealSuite(target);
