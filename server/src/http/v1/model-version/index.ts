import type { Endpoint } from '../endpoint.ts';
import type { FileEndpoint } from '../file-endpoint.ts';
import { archiveVersionsEndpoint } from './archive-versions.ts';
import { compareVersionsEndpoint } from './compare-versions.ts';
import { deleteVersionEndpoint } from './delete-version.ts';
import { getFileEndpoint } from './get-file.ts';
import { getLineageEndpoint } from './get-lineage.ts';
import { getModelEndpoint } from './get-model.ts';
import { getSeriesEndpoint } from './get-series.ts';
import { getVersionEndpoint } from './get-version.ts';
import { listFilesEndpoint } from './list-files.ts';
import { listVersionsEndpoint } from './list-versions.ts';
import { putFileEndpoint } from './put-file.ts';
import { registerModelEndpoint } from './register-model.ts';
import { reportCheckEndpoint } from './report-check.ts';
import { sealVersionEndpoint } from './seal-version.ts';
import { transitionVersionEndpoint } from './transition-version.ts';
import { updateVersionEndpoint } from './update-version.ts';

export const modelVersionEndpoints: readonly (Endpoint | FileEndpoint)[] = [
  registerModelEndpoint,
  getModelEndpoint,
  listVersionsEndpoint,
  transitionVersionEndpoint,
  archiveVersionsEndpoint,
  compareVersionsEndpoint,
  getSeriesEndpoint,
  getLineageEndpoint,
  getVersionEndpoint,
  updateVersionEndpoint,
  deleteVersionEndpoint,
  listFilesEndpoint,
  getFileEndpoint,
  putFileEndpoint,
  sealVersionEndpoint,
  reportCheckEndpoint,
];
