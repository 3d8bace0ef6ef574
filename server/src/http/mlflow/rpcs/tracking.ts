import { experimentRpc, type PlainRow } from './rpc-row.ts';

/** MLflow's tracking as far as models need it: experiments, runs, metrics, files of a run. */
export const TRACKING_RPCS = [
  experimentRpc('getExperimentByName', 'read-metadata', 'GET /experiments/get-by-name'),
  experimentRpc('createExperiment', 'edit-metadata', 'POST /experiments/create'),
  experimentRpc('searchExperiments', 'read-metadata', 'POST /experiments/search', 'GET /experiments/search'),
  experimentRpc('getExperiment', 'read-metadata', 'GET /experiments/get'),
  experimentRpc('deleteExperiment', 'delete', 'POST /experiments/delete'),
  experimentRpc('restoreExperiment', 'delete', 'POST /experiments/restore'),
  experimentRpc('updateExperiment', 'edit-metadata', 'POST /experiments/update'),
  experimentRpc('setExperimentTag', 'edit-metadata', 'POST /experiments/set-experiment-tag'),
  experimentRpc('deleteExperimentTag', 'edit-metadata', 'POST /experiments/delete-experiment-tag'),
  experimentRpc('createRun', 'edit-metadata', 'POST /runs/create'),
  experimentRpc('updateRun', 'edit-metadata', 'POST /runs/update'),
  experimentRpc('deleteRun', 'delete', 'POST /runs/delete'),
  experimentRpc('restoreRun', 'delete', 'POST /runs/restore'),
  experimentRpc('logMetric', 'edit-metadata', 'POST /runs/log-metric'),
  experimentRpc('logParam', 'edit-metadata', 'POST /runs/log-parameter'),
  experimentRpc('setTag', 'edit-metadata', 'POST /runs/set-tag'),
  experimentRpc('deleteTag', 'edit-metadata', 'POST /runs/delete-tag'),
  experimentRpc('getRun', 'read-metadata', 'GET /runs/get'),
  experimentRpc('searchRuns', 'read-metadata', 'POST /runs/search'),
  experimentRpc('logBatch', 'edit-metadata', 'POST /runs/log-batch'),
  experimentRpc('logModel', 'edit-metadata', 'POST /runs/log-model'),
  experimentRpc('logInputs', 'edit-metadata', 'POST /runs/log-inputs'),
  experimentRpc('logOutputs', 'edit-metadata', 'POST /runs/outputs'),
  experimentRpc('getMetricHistory', 'read-metadata', 'GET /metrics/get-history'),
  experimentRpc('getMetricHistoryBulkInterval', 'read-metadata', 'GET /metrics/get-history-bulk-interval'),
  {
    ...experimentRpc('searchDatasets', 'read-metadata', 'POST /experiments/search-datasets'),
    mount: 'ajax2' as const,
  },
  experimentRpc('listArtifacts', 'read-metadata', 'GET /artifacts/list'),
];

/** What MLflow answers without a protobuf message. */
export const TRACKING_ROUTES: readonly PlainRow<'getMetricHistoryBulk'>[] = [
  {
    name: 'getMetricHistoryBulk',
    mount: 'ajax2',
    routes: ['GET /metrics/get-history-bulk'],
    status: 'implemented',
    by: 'route',
    permission: { verb: 'read-metadata', on: 'experiment' },
  },
];
