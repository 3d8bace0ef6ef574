import { expect, test } from 'vitest';
import { type V1Client, v1Client } from './v1-client.ts';

/** What a consumer types into a shell, in the order of a model's life. */
const COMMANDS = [
  `curl -X POST http://localhost:5136/api/v1/models/register -H "Content-Type: application/json" -d '{
    "model_name": "vision-classification",
    "model_type": "sklearn",
    "description": "Poultry image classification",
    "metrics": {"accuracy": 0.95, "f1_score": 0.93},
    "hyperparameters": {"n_estimators": 100, "max_depth": 10},
    "tags": {"team": "vision"},
    "stage": "development",
    "data_version": "v1.2.3",
    "code_version": "abc123"
  }'`,
  'curl "http://localhost:5136/api/v1/models/vision-classification?version=3"',
  `curl -X POST http://localhost:5136/api/v1/models/transition -H "Content-Type: application/json" -d '{
    "model_name": "vision-classification",
    "version": 3,
    "new_stage": "production",
    "description": "Best so far"
  }'`,
  'curl "http://localhost:5136/api/v1/models/vision-classification/compare?version1=2&version2=3"',
  'curl http://localhost:5136/api/v1/models/vision-classification/lineage/3',
] as const;

/** Runs a curl command in process. */
function curl(v1: V1Client, command: string) {
  const path = /localhost:5136\/api\/v1([^\s"]*)/.exec(command)?.[1] ?? '';
  const method = / -X ([A-Z]+)/.exec(command)?.[1] ?? 'GET';
  const body = / -d '([^']*)'/.exec(command)?.[1];
  return v1.send(method, path, body === undefined ? {} : { body });
}

test('register, get, transition, compare and lineage work as curl sends them', async () => {
  await using v1 = await v1Client();
  const [register, get, transition, compare, lineage] = COMMANDS;
  for (let version = 1; version <= 3; version += 1)
    expect((await curl(v1, register)).body).toMatchObject({ success: true, version });
  expect((await curl(v1, get)).body).toMatchObject({ success: true, version: 3, stage: 'development' });
  expect((await curl(v1, transition)).body).toMatchObject({ success: true, new_stage: 'production' });
  expect((await curl(v1, compare)).body).toMatchObject({
    success: true,
    metrics_diff: { accuracy: { v1: 0.95, v2: 0.95, diff: 0, verdict: 'same' } },
    hyperparameters_diff: { max_depth: { v1: '10', v2: '10', changed: false } },
    verdict: { outcome: 'same' },
  });
  expect((await curl(v1, lineage)).body).toMatchObject({
    success: true,
    lineage: { model: { name: 'vision-classification', version: 3, stage: 'production' } },
  });
});
