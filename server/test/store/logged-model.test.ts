import { loggedModelSuite } from '../suites/logged-model.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) loggedModelSuite(target);
