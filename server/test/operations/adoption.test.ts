import { adoptionSuite } from '../suites/adoption.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) adoptionSuite(target);
