import { describe, expect, test } from 'vitest';
import { type Environment, loadConfig } from '../../src/config/config.ts';
import { TEST_KEY } from '../support/webhooks.ts';

const load = (env: Environment) => loadConfig(env, () => `${TEST_KEY}\n`);

describe('settings of webhooks', () => {
  test('by default only https leads out, to public addresses, as often and as long as with MLflow', () => {
    expect(load({})).toMatchObject({
      webhookKey: undefined,
      webhookSchemes: ['https'],
      webhookAllowPrivate: false,
      webhookTimeoutSeconds: 30,
      webhookRetries: 3,
      webhookLanes: 10,
      webhookShowResponse: false,
    });
  });

  test('MLflow’s names are understood, and the key may come from a file', () => {
    expect(
      load({
        MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY_FILE: '/run/secrets/key',
        MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'HTTP, https',
        MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: '1',
        MLFLOW_WEBHOOK_REQUEST_TIMEOUT: '5',
        MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES: '0',
        MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS: '2',
      }),
    ).toMatchObject({
      webhookKey: TEST_KEY,
      webhookSchemes: ['http', 'https'],
      webhookAllowPrivate: true,
      webhookTimeoutSeconds: 5,
      webhookRetries: 0,
      webhookLanes: 2,
    });
  });

  test.each([
    ['MLFLOW_WEBHOOK_ALLOWED_SCHEMES', 'https,ftp'],
    ['MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS', 'maybe'],
    ['MLFLOW_WEBHOOK_REQUEST_TIMEOUT', '0'],
    ['MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES', '-1'],
    ['MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS', '0'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(`${name}=${value}: it must be `);
  });

  test('a key that is none is refused without being shown', () => {
    const key = `${TEST_KEY.slice(0, -2)}x`;
    expect(() => load({ MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: key })).toThrow(
      'MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY=***: it must be a Fernet key',
    );
  });
});
