import { metricSuite } from '../suites/metric.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) metricSuite(target);
