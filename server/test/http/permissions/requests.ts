import { type Fixture, PASSWORD } from './fixture.ts';

/** What a request says: parameters of its path, the rest as a body, or as a query where it has none. */
interface Said {
  readonly path?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Bytes that it sends. */
  readonly bytes?: string;
}

type Request = (of: Fixture) => Said;

const model: Request = ({ model: name }) => ({ fields: { name } });
const version: Request = ({ model: name }) => ({ fields: { name, version: '1' } });
const experiment: Request = ({ experimentId }) => ({ fields: { experiment_id: experimentId } });
const run: Request = ({ runId }) => ({ fields: { run_id: runId } });
const nothing: Request = () => ({});

/** Adds fields to what another request says. */
const and =
  (request: Request, more: (of: Fixture) => Readonly<Record<string, unknown>>): Request =>
  (of) => {
    const said = request(of);
    return { ...said, fields: { ...said.fields, ...more(of) } };
  };
const tag = () => ({ key: 'k', value: 'w' });
const key = () => ({ key: 'k' });

/** MLflow's RPCs, each with a request that means something. */
export const MLFLOW_REQUESTS: Readonly<Record<string, Request>> = {
  createRegisteredModel: ({ n }) => ({ fields: { name: `layer-new-${n}` } }),
  renameRegisteredModel: and(model, ({ n }) => ({ new_name: `layer-renamed-${n}` })),
  updateRegisteredModel: and(model, () => ({ description: 'd' })),
  deleteRegisteredModel: model,
  getRegisteredModel: model,
  searchRegisteredModels: nothing,
  getLatestVersions: model,
  createModelVersion: and(model, ({ runId }) => ({ source: `runs:/${runId}/model`, run_id: runId })),
  updateModelVersion: and(version, () => ({ description: 'd' })),
  transitionModelVersionStage: and(version, () => ({ stage: 'Staging' })),
  deleteModelVersion: version,
  getModelVersion: version,
  searchModelVersions: nothing,
  getModelVersionDownloadUri: version,
  setRegisteredModelTag: and(model, tag),
  setModelVersionTag: and(version, tag),
  deleteRegisteredModelTag: and(model, key),
  deleteModelVersionTag: and(version, key),
  setRegisteredModelAlias: and(version, () => ({ alias: 'b' })),
  deleteRegisteredModelAlias: and(model, () => ({ alias: 'a' })),
  getModelVersionByAlias: and(model, () => ({ alias: 'a' })),
  getExperimentByName: ({ experiment: name }) => ({ fields: { experiment_name: name } }),
  createExperiment: ({ n }) => ({ fields: { name: `barn-new-${n}` } }),
  searchExperiments: () => ({ fields: { max_results: 10 } }),
  getExperiment: experiment,
  deleteExperiment: experiment,
  restoreExperiment: ({ deletedExperimentId: id }) => ({ fields: { experiment_id: id } }),
  updateExperiment: and(experiment, ({ n }) => ({ new_name: `barn-renamed-${n}` })),
  setExperimentTag: and(experiment, tag),
  deleteExperimentTag: and(experiment, key),
  createRun: and(experiment, () => ({ start_time: 1 })),
  updateRun: and(run, () => ({ status: 'FINISHED', end_time: 2 })),
  deleteRun: run,
  restoreRun: run,
  logMetric: and(run, () => ({ key: 'acc', value: 2, timestamp: 2 })),
  logParam: and(run, () => ({ key: 'p', value: '1' })),
  setTag: and(run, tag),
  deleteTag: and(run, key),
  getRun: run,
  searchRuns: ({ experimentId }) => ({ fields: { experiment_ids: [experimentId] } }),
  logBatch: and(run, () => ({ params: [{ key: 'q', value: '1' }] })),
  logModel: and(run, ({ runId }) => ({ model_json: modelJson(runId) })),
  logInputs: and(run, () => ({
    datasets: [{ dataset: { name: 'd', digest: '1', source_type: 'local', source: '{}' }, tags: [] }],
  })),
  logOutputs: and(run, ({ modelId }) => ({ models: [{ model_id: modelId, step: 0 }] })),
  getMetricHistory: and(run, () => ({ metric_key: 'acc' })),
  getMetricHistoryBulkInterval: ({ runId }) => ({
    fields: { run_ids: [runId], metric_key: 'acc', max_results: 10 },
  }),
  searchDatasets: ({ experimentId }) => ({ fields: { experiment_ids: [experimentId] } }),
  listArtifacts: run,
  createLoggedModel: and(experiment, () => ({ name: 'lm2' })),
  finalizeLoggedModel: and(logged, () => ({ status: 'LOGGED_MODEL_READY' })),
  getLoggedModel: logged,
  deleteLoggedModel: logged,
  searchLoggedModels: ({ experimentId }) => ({ fields: { experiment_ids: [experimentId] } }),
  setLoggedModelTags: and(logged, () => ({ tags: [{ key: 'k', value: 'w' }] })),
  deleteLoggedModelTag: ({ modelId }) => ({ path: { model_id: modelId, tag_key: 'k' } }),
  LogLoggedModelParams: and(logged, () => ({ params: [{ key: 'p', value: '1' }] })),
  listLoggedModelArtifacts: logged,
  createWebhook: ({ n }) => ({
    fields: {
      name: `new-${n}`,
      url: 'https://example.org/x',
      events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
    },
  }),
  listWebhooks: nothing,
  getWebhook: webhook,
  updateWebhook: and(webhook, () => ({ description: 'd' })),
  deleteWebhook: webhook,
  testWebhook: and(webhook, () => ({})),
  createPresignedUploadUrl: and(run, () => ({ path: 'new.txt' })),
  createPresignedDownloadUrl: and(run, () => ({ path: 'other.txt' })),
  listProxyArtifacts: ({ experimentId, runId }) => ({
    fields: { path: `${experimentId}/${runId}/artifacts` },
  }),
  downloadArtifact: (of) => ({ path: { '*': placeOf(of, 'other.txt') } }),
  uploadArtifact: (of) => ({ path: { '*': placeOf(of, 'new.txt') }, bytes: 'bytes' }),
  deleteArtifact: (of) => ({ path: { '*': placeOf(of, 'other.txt') } }),
  getArtifact: ({ runId }) => ({ fields: { run_uuid: runId, path: 'other.txt' } }),
  getModelVersionArtifact: ({ model: name }) => ({ fields: { name, version: '1', path: 'f.txt' } }),
  uploadRunArtifact: ({ runId }) => ({ fields: { run_uuid: runId, path: 'notes.md' }, bytes: 'bytes' }),
  getLoggedModelArtifact: and(logged, () => ({ artifact_file_path: 'f.txt' })),
  createMultipartUpload: (of) => ({
    path: { '*': placeOf(of, 'new') },
    fields: { path: 'f.bin', num_parts: 1 },
  }),
  completeMultipartUpload: (of) => ({
    path: { '*': placeOf(of, 'new') },
    fields: { path: 'f.bin', upload_id: 'u', parts: [] },
  }),
  abortMultipartUpload: (of) => ({
    path: { '*': placeOf(of, 'new') },
    fields: { path: 'f.bin', upload_id: 'u' },
  }),
  getPresignedDownloadUrl: (of) => ({ path: { '*': placeOf(of, 'other.txt') } }),
  getMetricHistoryBulk: ({ runId }) => ({ fields: { run_id: runId, metric_key: 'acc' } }),
  health: nothing,
  version: nothing,
  getServerInfo: nothing,
};

function logged({ modelId }: Fixture): Said {
  return { path: { model_id: modelId } };
}

function stagingRequest({ model: name }: Fixture): Said {
  return { fields: { model_name: name, version: 1, target: { stage: 'staging' } } };
}

function webhook({ webhookId }: Fixture): Said {
  return { path: { webhook_id: webhookId } };
}

function placeOf({ experimentId, runId }: Fixture, file: string): string {
  return `${experimentId}/${runId}/artifacts/${file}`;
}

function modelJson(runId: string): string {
  return JSON.stringify({
    artifact_path: 'model',
    flavors: {},
    utc_time_created: '2026-01-01 00:00:00.000000',
    run_id: runId,
    model_uuid: 'u',
  });
}

const v1Model: Request = ({ model: name }) => ({ path: { model_name: name } });
const v1Version: Request = ({ model: name }) => ({ path: { model_name: name, version: '1' } });
const v1File =
  (path: string, version = '1'): Request =>
  ({ model: name }) => ({ path: { model_name: name, version, path } });

/** The endpoints of v1. */
export const V1_REQUESTS: Readonly<Record<string, Request>> = {
  listModels: nothing,
  updateModel: and(v1Model, () => ({ description: 'd' })),
  deleteModel: v1Model,
  registerModel: ({ model: name, experiment: at }) => ({
    fields: { model_name: name, model_type: 'custom', experiment_name: at },
  }),
  getModel: v1Model,
  listVersions: v1Model,
  transitionVersion: ({ model: name }) => ({
    fields: { model_name: name, version: 1, new_stage: 'staging' },
  }),
  archiveVersions: ({ model: name }) => ({
    fields: { model_name: name, keep_latest: 0, stage: 'development' },
  }),
  compareVersions: and(v1Model, () => ({ version1: '1', version2: '2' })),
  getLineage: v1Version,
  getVersion: v1Version,
  updateVersion: and(v1Version, () => ({ description: 'd' })),
  deleteVersion: v1Version,
  listFiles: v1Version,
  getFile: v1File('f.txt'),
  putFile: (of) => ({ ...v1File('new.txt', '2')(of), bytes: 'bytes' }),
  sealVersion: ({ model: name }) => ({ path: { model_name: name, version: '2' }, fields: {} }),
  getHistory: v1Model,
  getSeries: and(v1Model, () => ({ metric: 'acc' })),
  listPolicies: nothing,
  getPolicySchema: nothing,
  getPolicy: () => ({ path: { name: 'guarded' } }),
  putPolicy: ({ n }) => ({
    path: { name: `p-${n}` },
    fields: { name: `p-${n}`, transitions: [{ from: ['staging'], to: 'production' }] },
  }),
  simulatePolicy: () => ({
    path: { name: 'draft' },
    fields: { policy: { name: 'draft', transitions: [{ from: ['staging'], to: 'production' }] } },
  }),
  deletePolicy: () => ({ path: { name: 'none' } }),
  listPolicyRevisions: () => ({ path: { name: 'guarded' } }),
  assignPolicy: ({ model: name }) => ({ path: { model_name: name }, fields: { policy: 'open' } }),
  createLineageEdges: ({ model: name }) => ({
    fields: { edges: [{ from: `model_version:${name}/1`, to: 'dataset:barn@1', kind: 'trained_on' }] },
  }),
  acceptRunEvent: ({ n }) => ({
    fields: {
      eventTime: '2026-03-04T05:00:00Z',
      producer: 'https://example.org/etl',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: '0197a5a0-0000-7000-8000-000000000001' },
      job: { namespace: 'etl', name: `job-${n}` },
      inputs: [{ namespace: 's3://barn', name: 'raw' }],
    },
  }),
  getImpact: () => ({ fields: { dataset: 'barn', digest: '1' } }),
  listTaints: nothing,
  createTaint: ({ n }) => ({ fields: { dataset: `barn-${n}`, digest: '1', reason: 'r' } }),
  deleteTaint: ({ taintId }) => ({ path: { id: taintId }, fields: { reason: 'r' } }),
  getRetention: nothing,
  createRetentionPlan: nothing,
  getRetentionPlan: () => ({ path: { id: 'none' } }),
  listRetentionActions: () => ({ path: { id: 'none' } }),
  listRetentionKept: () => ({ path: { id: 'none' } }),
  applyRetentionPlan: () => ({ path: { id: 'none' }, fields: { digest: 'none' } }),
  listHolds: nothing,
  createHold: ({ model: name }) => ({ fields: { model_name: name, reason: 'r' } }),
  deleteHold: ({ holdId }) => ({ path: { id: holdId }, fields: { reason: 'r' } }),
  listTransitionRequests: nothing,
  createTransitionRequest: stagingRequest,
  previewTransitionRequest: stagingRequest,
  getTransitionRequest: () => ({ path: { id: 'none' } }),
  voteOnTransitionRequest: () => ({ path: { id: 'none' }, fields: { decision: 'approve' } }),
  withdrawTransitionRequest: () => ({ path: { id: 'none' }, fields: {} }),
  executeTransitionRequest: () => ({ path: { id: 'none' } }),
  reportCheck: and(v1Version, () => ({ name: 'c', conclusion: 'success' })),
  rollbackModel: and(v1Model, () => ({ reason: 'r' })),
  setAlias: ({ model: name }) => ({ path: { model_name: name, alias: 'b' }, fields: { version: 1 } }),
  deleteAlias: ({ model: name }) => ({ path: { model_name: name, alias: 'a' } }),
  createSession: ({ n }) => ({ fields: { name: `victim-${n}`, password: PASSWORD } }),
  deleteSession: nothing,
  beginOidcSignIn: nothing,
  finishOidcSignIn: nothing,
  getMe: nothing,
  changePassword: () => ({ fields: { present: 'not this one', password: 'grain-silo-lantern-nine' } }),
  listUsers: nothing,
  createUser: ({ n }) => ({ fields: { name: `new-${n}`, kind: 'user', password: PASSWORD } }),
  updateUser: ({ userId }) => ({ path: { id: userId }, fields: { disabled: true } }),
  deleteUser: ({ userId }) => ({ path: { id: userId } }),
  listTokens: nothing,
  createToken: ({ n }) => ({ fields: { name: `new-${n}` } }),
  deleteToken: ({ tokenId }) => ({ path: { id: tokenId } }),
  listGrants: nothing,
  createGrant: ({ userId }) => ({
    fields: { user: userId, role: 'reader', resource: 'model', pattern: 'y' },
  }),
  deleteGrant: ({ grantId }) => ({ path: { id: grantId } }),
  listAuditEvents: nothing,
  exportAuditEvents: nothing,
  getAuditProof: () => ({ path: { seq: '0' } }),
  getAuditCheckpoint: nothing,
};
