import { storeSuite } from '../suites/store.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) storeSuite(target);
