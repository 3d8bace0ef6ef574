import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderCompatibilityPage } from '../support/compatibility-page.ts';
import { renderConfigurationPage } from '../support/configuration-page.ts';
import { renderLoggingPage } from '../support/logging-page.ts';
import { renderMetricsPage } from '../support/metrics-page.ts';
import { renderPolicyPage } from '../support/policy-page.ts';

const page = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

test('docs/configuration.md says what the table of settings says', async () => {
  await expect(renderConfigurationPage()).toMatchFileSnapshot(page('configuration.md'));
});

test('docs/mlflow-compatibility.md says what the table of RPCs says', async () => {
  await expect(renderCompatibilityPage()).toMatchFileSnapshot(page('mlflow-compatibility.md'));
});

test('docs/logging.md says what the table of fields says', async () => {
  await expect(renderLoggingPage()).toMatchFileSnapshot(page('logging.md'));
});

test('docs/metrics.md says what the table of figures says', async () => {
  await expect(renderMetricsPage()).toMatchFileSnapshot(page('metrics.md'));
});

test('docs/policy-reference.md says what the schema of policies says', async () => {
  await expect(renderPolicyPage()).toMatchFileSnapshot(page('policy-reference.md'));
});
