import { metricSuite } from '../suites/metric.suite.ts';
import { metricSampleSuite } from '../suites/metric-sample.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) {
  metricSuite(target);
  metricSampleSuite(target);
}
