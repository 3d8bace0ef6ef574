import { clientUploadSuite } from '../suites/client-upload.suite.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets) clientUploadSuite(target);
