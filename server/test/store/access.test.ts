import { accessSuite } from '../suites/access.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) accessSuite(target);
