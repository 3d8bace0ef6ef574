import { modelVersionSuite } from '../suites/model-version.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) modelVersionSuite(target);
