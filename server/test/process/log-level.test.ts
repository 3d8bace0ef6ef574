import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readLog } from '../support/log-lines.ts';
import { serverData, startServer, until } from './server-process.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/farmiq-registry.mjs', import.meta.url));

test('SIGUSR2 switches the log to DEBUG and back, and every line is as documented', async () => {
  await using data = serverData();
  await using server = await startServer(data, {
    command: [process.execPath, PROGRAM, 'serve'],
    // The line that says where it listens is read from the log.
    settings: { LOG_LEVEL: 'INFO', METRICS_PORT: '0' },
  });
  const begun = () => readLog(server.output()).filter(({ msg }) => msg === 'request begins').length;
  const told = (level: string) => server.output().includes(`the log level is ${level} now`);
  const ask = () => fetch(`${server.origin}/api/v1/models`);
  await ask();
  server.child.kill('SIGUSR2');
  await until(() => told('DEBUG'));
  expect(begun()).toBe(0);
  await ask();
  await until(() => begun() === 1);
  server.child.kill('SIGUSR2');
  await until(() => told('INFO'));
  await ask();
  server.child.kill('SIGTERM');
  await server.gone;
  expect(begun()).toBe(1);
  const requests = readLog(server.output()).filter(({ msg }) => msg === 'request');
  expect(requests.map(({ operation }) => operation)).toEqual(['listModels', 'listModels', 'listModels']);
});
