import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCAL_ACTOR, type Role } from '../../../src/domain/actor.ts';
import { makeCheckpoint, placeEvents } from '../../../src/operations/audit-log.ts';
import { bootstrapAdmin } from '../../../src/operations/bootstrap.ts';
import { createGrant } from '../../../src/operations/grant.ts';
import { createSubject } from '../../../src/operations/subject.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { ADMIN, type Fixture, makeFixture, PASSWORD, sendAs } from './fixture.ts';
import { type Row, rows } from './rows.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/permissions.md', import.meta.url));

/** Who asks: by name, and what they were granted on `layer-*` and `barn-*`, where all things are. */
const CALLERS: readonly (readonly [name: string | null, role: Role | null])[] = [
  [null, null],
  ['stranger', null],
  ['reader', 'reader'],
  ['writer', 'writer'],
  ['approver', 'approver'],
  [ADMIN, 'admin'],
];

let server: TestApp;
let fixture: Fixture;
let made = 0;

beforeAll(async () => {
  server = await testApp({ signIn: true });
  await bootstrapAdmin(server.deps, { name: ADMIN, password: PASSWORD });
  for (const [name, role] of CALLERS) {
    if (name === null || name === ADMIN) continue;
    const subject = { name, kind: 'user', ownerId: null, password: PASSWORD } as const;
    const { subjectId } = await createSubject(server.deps, LOCAL_ACTOR, subject);
    for (const [resource, pattern] of [
      ['model', 'layer-*'],
      ['experiment', 'barn-*'],
    ] as const)
      await createGrant(server.deps, LOCAL_ACTOR, {
        to: { kind: 'subject', subjectId },
        role: role ?? 'approver',
        resource,
        pattern: role === null ? `other-${pattern}` : pattern,
      });
  }
  fixture = await makeFixture(server, made++);
  await placeEvents(server.deps);
  await makeCheckpoint(server.deps);
});
afterAll(() => server.close());

/** What everybody is answered, on things that nobody has changed yet. */
async function answersOf({ request, operation }: Row): Promise<number[]> {
  const statuses: number[] = [];
  for (const [name] of CALLERS) {
    const sent = request(fixture);
    const { status, text } = await sendAs(server, name, sent);
    expect(status, `${operation} by ${name}: ${text}`).toBeLessThan(status === 501 ? 600 : 500);
    if (name === 'stranger' && status < 300) expectNothingOf(fixture, text, operation);
    statuses.push(status);
    if (sent.method !== 'GET' && ![401, 403, 404].includes(status))
      fixture = await makeFixture(server, made++);
  }
  return statuses;
}

/** A search that is let in shows nothing of what may not be read. */
function expectNothingOf(
  { model, runId, modelId, experiment }: Fixture,
  text: string,
  operation: string,
): void {
  for (const hidden of [model, runId, modelId, experiment, '"acc"', 'other.txt'])
    expect(text, operation).not.toContain(hidden);
}

test('who is answered what, on every route of both wires, is what docs/permissions.md says', async () => {
  const lines: string[] = [];
  for (const one of rows()) {
    const cells = (await answersOf(one)).join(' | ');
    lines.push(`| \`${one.operation}\` | \`${one.route.replaceAll('|', '\\|')}\` | ${cells} |`);
  }
  await expect(renderPage(lines)).toMatchFileSnapshot(PAGE);
}, 300_000);

function renderPage(lines: readonly string[]): string {
  return `# Who is answered what

Written by \`server/test/http/permissions\`, which calls every route of both APIs as everybody. All things are named \`layer-…\`
(models) and \`barn-…\` (experiments); reader, writer and approver have their role on these, the stranger is approver of others,
the admin has all. 401: nobody knows who asks. 404: what may not be read is as if it were not there. 403: it may be read, and no
more. A route has one more path for each prefix of MLflow's; all of them are the same room.

| operation | route | nobody | stranger | reader | writer | approver | admin |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
