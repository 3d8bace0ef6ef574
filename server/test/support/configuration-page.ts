import { SETTINGS, type Setting } from '../../src/config/settings.ts';

/** The table of settings as a Markdown page (docs/configuration.md). */
export function renderConfigurationPage(): string {
  const rows = Object.values(SETTINGS as Record<string, Setting<unknown>>).map(
    (setting) =>
      `| ${names(setting)} | ${setting.default ? `\`${setting.default}\`` : '–'} | ${setting.accepts} | ${setting.meaning} |`,
  );
  return [
    '# Configuration',
    '',
    'Generated from `server/src/config/settings.ts`. Settings are environment variables. An empty value counts as not',
    'set. A wrong value stops the start with one line that names the variable, the value and what is accepted; so does',
    'an unknown name that begins with `REGISTRY_` or `RETENTION_`.',
    '',
    '| variable | default | accepts | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function names({ names: all, secret }: Setting<unknown>): string {
  const spelled = all.map((name) => `\`${name}\``).join(', ');
  return secret ? `${spelled} (or \`…_FILE\`: a file that holds it)` : spelled;
}
