import { artifactSuite } from '../suites/artifact.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) artifactSuite(target);
