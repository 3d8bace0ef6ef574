import { expect, test } from 'vitest';
import { testApp } from '../../support/app.ts';

/** The commands of the product's first README, to the letter. */
const [REGISTER, GET_PRODUCTION, TRANSITION, COMPARE, LIST] = [
  `curl -X POST "http://localhost:5136/api/v1/models/register" -H "Content-Type: application/json" -d '{"model_name":"vision-classification","model_type":"sklearn","description":"Vision model for poultry classification",
  "metrics":{"accuracy":0.95,"precision":0.93,"recall":0.94},"hyperparameters":{"n_estimators":100,"max_depth":10},"stage":"development","data_version":"v1.2.3","code_version":"abc123","tags":{"team":"vision","priority":"high"}}'`,
  'curl "http://localhost:5136/api/v1/models/vision-classification?stage=production"',
  `curl -X POST "http://localhost:5136/api/v1/models/transition" -H "Content-Type: application/json" -d '{"model_name":"vision-classification","version":3,"new_stage":"production","description":"Passed all validation tests"}'`,
  'curl "http://localhost:5136/api/v1/models/vision-classification/compare?version1=2&version2=3"',
  'curl "http://localhost:5136/api/v1/models"',
] as const;

/** The words of a command as a shell splits them; it has no escapes. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

/** Does over a socket what curl does, for the options above. */
async function curl(port: number, command: string) {
  const [program, ...rest] = words(command);
  expect(program).toBe('curl');
  const headers = new Headers({ accept: '*/*', 'user-agent': 'curl/8.5.0' });
  let [method, url, body] = ['GET', '', null as string | null];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const next = () => rest[++at] ?? '';
    if (word === '-X') method = next();
    else if (word === '-d') body = next();
    else if (word === '-H') headers.append(...(next().split(': ') as [string, string]));
    else url = word;
  }
  // curl takes the line ends out of what follows -d only when it is read from a file.
  const reply = await fetch(url.replace(':5136', `:${port}`), { method, headers, body });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

test('the first commands that a consumer types do what they say', async () => {
  await using server = await testApp();
  const port = await server.listen();
  expect(await curl(port, LIST)).toMatchObject({ status: 200, body: { success: true, total_models: 0 } });
  for (let version = 1; version <= 3; version += 1)
    expect(await curl(port, REGISTER)).toMatchObject({
      status: 201,
      body: { success: true, model_name: 'vision-classification', version, stage: 'development' },
    });
  expect(await curl(port, GET_PRODUCTION)).toMatchObject({
    status: 404,
    body: { code: 'version_not_found', stages: ['development'] },
  });
  expect(await curl(port, TRANSITION)).toMatchObject({
    status: 200,
    body: { success: true, from_stage: 'development', new_stage: 'production' },
  });
  expect(await curl(port, GET_PRODUCTION)).toMatchObject({
    status: 200,
    body: {
      success: true,
      model: 'vision-classification',
      version: 3,
      stage: 'production',
      description: 'Vision model for poultry classification',
      framework: 'sklearn',
      metrics: { accuracy: 0.95, precision: 0.93, recall: 0.94 },
      hyperparameters: { n_estimators: '100', max_depth: '10' },
      data_version: 'v1.2.3',
      code_version: 'abc123',
      tags: { team: 'vision', priority: 'high' },
    },
  });
  expect(await curl(port, COMPARE)).toMatchObject({
    status: 200,
    body: {
      success: true,
      metrics_diff: { accuracy: { v1: 0.95, v2: 0.95, diff: 0, verdict: 'same' } },
      verdict: { outcome: 'same' },
    },
  });
  expect(await curl(port, LIST)).toMatchObject({
    status: 200,
    body: {
      success: true,
      total_models: 1,
      models: [
        {
          name: 'vision-classification',
          latest_version: 3,
          current_stage: 'production',
          stages: { production: 3, development: 2 },
        },
      ],
    },
  });
});
