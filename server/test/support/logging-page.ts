import { LOG_FIELDS } from '../../src/logging/fields.ts';

/** The fields of the log as a Markdown page (docs/logging.md). */
export function renderLoggingPage(): string {
  const rows = Object.entries(LOG_FIELDS).map(
    ([name, { treatment, on, meaning }]) => `| \`${name}\` | ${TYPES[treatment]} | ${on} | ${meaning} |`,
  );
  return `# The log

Generated from \`server/src/logging/fields.ts\`. The log is JSON on standard output, a line each. A line has these fields and no others; what is not in the table is never written.

\`\`\`json
{"level":"info","time":"2026-11-24T07:02:21.744Z","request_id":"01a20c5c-db2a-76e4-9137-27ff29bb6475","operation":"getVersion","method":"GET","status":404,"code":"version_not_found","duration_ms":1.283,"actor":"local","client_address":"127.0.0.1","msg":"request"}
\`\`\`

| field | type | on lines about | meaning |
|---|---|---|---|
${rows.join('\n')}

A request is one line at its end: \`error\` from 500 on (but 501), else \`info\`. Bodies, headers and queries are in none. Of \`/health\`, \`/ready\` and \`/metrics\` one line a minute is written while the status stays, with the count of those left
out (\`suppressed\`); a change of status always is. A failure has a second line, \`request failed\`, with the error.

**Secrets.** Texts that others wrote, such as messages of database drivers, are masked: user and password of a URL and its query, credentials of headers, \`password=…\` and the like, secrets of webhooks, API tokens. Of an error only the fields above are
written, not what a driver hangs on it. Texts are bounded: 2,000 characters, a stack 8,000, ids 200.

**More of it.** \`LOG_LEVEL\` is the least level that is written. \`SIGUSR2\` switches a running server to DEBUG, where each request has a line at its beginning, too, with its path, and each turn of a job one; the next one switches back.

\`\`\`bash
pkill -USR2 -f "^node .*farmiq-registry.mjs serve"                  # npm start: node itself, not the shell that npm starts it in
docker compose kill -s USR2 cloud-mlflow-registry                   # Compose
kubectl exec deploy/cloud-mlflow-registry -- node -e "process.kill(1, 'SIGUSR2')"   # one pod
\`\`\`
`;
}

const TYPES = {
  id: 'word',
  text: 'text',
  number: 'number',
  error: 'object of texts',
  address: 'text',
} as const;
