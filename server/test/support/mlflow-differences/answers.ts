import { literal } from './difference.ts';

/** The regular expression of an answer's JSON, as the differential suite writes it: members by name, no spaces. */
export function json(answer: unknown): string {
  return literal(JSON.stringify(answer, byName));
}

function byName(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const TIMES = { creation_timestamp: '<time>', last_updated_timestamp: '<time>' };
const VERSION = {
  ...TIMES,
  current_stage: 'None',
  description: '',
  run_id: '',
  run_link: '',
  status: 'READY',
};
const RUN = {
  run_id: '<run>',
  run_uuid: '<run>',
  experiment_id: '<experiment>',
  artifact_uri: 'mlflow-artifacts:/<experiment>/<run>/artifacts',
  lifecycle_stage: 'active',
  run_name: '<invented>',
  status: 'RUNNING',
  user_id: '',
};
const NAME_TAG = { key: 'mlflow.runName', value: '<invented>' };
const MODEL = {
  model_id: '<model>',
  experiment_id: '<experiment>',
  source_run_id: '<run>',
  artifact_uri: 'mlflow-artifacts:/<experiment>/models/<model>/artifacts',
  creation_timestamp_ms: '<time>',
  last_updated_timestamp_ms: '<time>',
  model_type: '',
};
const ALIASED = (version: string) => [{ alias: 'champion', version }];

export const VERSION_IN_STAGING = json({
  model_version: {
    ...VERSION,
    name: 'transport-r',
    version: '1',
    current_stage: 'Staging',
    source: 's3://bucket/m',
  },
});

export const RUN_WITH_LAST_TAG = json({
  run: { info: { ...RUN, start_time: 0 }, data: { tags: [{ key: 'a', value: '2' }, NAME_TAG] }, inputs: {} },
});

export const ONE_RUN = json({
  runs: [
    { info: { ...RUN, start_time: 1_700_000_000_000 }, data: { tags: [NAME_TAG] }, inputs: {}, outputs: {} },
  ],
});

/** Of MLflow, which writes the point of a whole number. */
export const HALF_WRITTEN_METRIC = '\\[\\{"key":"half-written","step":0,"timestamp":1,"value":1\\.0\\}\\]';

export const READY_MODEL = json({
  model: { info: { ...MODEL, name: 'net', status: 'LOGGED_MODEL_READY' }, data: {} },
});

export const ONE_MODEL = json({
  registered_models: [
    {
      ...TIMES,
      name: 'probe-sm',
      aliases: ALIASED('1'),
      latest_versions: [{ ...VERSION, name: 'probe-sm', version: '2', source: 's3://bucket/b' }],
    },
  ],
});

export const TWO_MODELS = json({
  next_page_token: 'eyJvZmZzZXQiOiAyfQ==',
  registered_models: [
    {
      ...TIMES,
      name: 'ws-Apple',
      description: 'd',
      aliases: ALIASED('2'),
      tags: [
        { key: 'color', value: 'red' },
        { key: 'with.dot', value: 'q' },
      ],
      latest_versions: [
        {
          ...VERSION,
          name: 'ws-Apple',
          version: '1',
          current_stage: 'Production',
          run_id: 'a'.repeat(32),
          source: 's3://bucket/m',
          tags: [{ key: 't', value: '1' }],
        },
        {
          ...VERSION,
          name: 'ws-Apple',
          version: '2',
          current_stage: 'Staging',
          description: 'x',
          run_id: 'b'.repeat(32),
          source: 's3://bucket/other',
        },
        { ...VERSION, name: 'ws-Apple', version: '3', run_link: 'http://x', source: 's3://bucket/m' },
      ],
    },
    {
      ...TIMES,
      name: 'ws-a_c',
      tags: [
        { key: 'color', value: 'red' },
        { key: 'size', value: '5' },
      ],
    },
  ],
});

const measured = (key: string, value: number, at: number, more: object = {}) => ({
  model_id: '<model>',
  run_id: '<run>',
  key,
  value,
  step: at,
  timestamp: at,
  ...more,
});
const IRIS = { dataset_name: 'iris', dataset_digest: 'd1' };
const NET = {
  info: {
    ...MODEL,
    name: 'net',
    model_type: 'CNN',
    status: 'LOGGED_MODEL_READY',
    tags: [{ key: 'team', value: 'Red' }],
  },
  data: {
    params: [{ key: 'lr', value: '0.1' }],
    metrics: [measured('acc', 0.5, 1, IRIS), measured('acc', 0.9, 2, IRIS), measured('loss', 1, 1)],
  },
};
const N_T = {
  info: {
    ...MODEL,
    name: 'n_t',
    status: 'LOGGED_MODEL_UPLOAD_FAILED',
    tags: [{ key: 'with.dot', value: 'q' }],
  },
  data: { metrics: [measured('acc', 0.8, 1, IRIS)] },
};

export const READY_MODELS = json([NET]);
export const PAGE_OF_READY_MODELS = json({ models: [NET] });
export const MODELS_ON_IRIS = json([N_T, NET]);
