import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from './actor.ts';
import { auditEvent, auditLeaf } from './audit-event.ts';

const CONTEXT = { id: 'e-1', nowMs: Date.UTC(2026, 2, 4, 6), workspace: 'default', serverId: 'srv' };
const CREATED = {
  action: 'registered_model.create',
  object: { kind: 'registered_model', id: 'm-1', name: 'layer-count' },
  after: { description: 'counts layers' },
} as const;

describe('an audit event', () => {
  test('has every field, those without a value as null', () => {
    expect(auditEvent(LOCAL_ACTOR, CREATED, CONTEXT)).toEqual({
      id: 'e-1',
      time: '2026-03-04T06:00:00.000Z',
      workspace: 'default',
      actor: { id: 'local', kind: 'local', on_behalf_of: null, token_id: null },
      client: { address: null, user_agent: null, request_id: null },
      action: 'registered_model.create',
      object: { kind: 'registered_model', id: 'm-1', name: 'layer-count', version: null, digest: null },
      decision: 'allowed',
      reason: null,
      before: null,
      after: { description: 'counts layers' },
      server: 'srv',
    });
  });

  test('says who was behind it: the token, the owner of a service account, the address; or nobody', () => {
    const event = auditEvent(
      {
        ...LOCAL_ACTOR,
        subjectId: 's-bot',
        kind: 'service_account',
        ownerId: 's-mia',
        token: { tokenId: 't-1', scopes: ['write'], pattern: null },
        client: { address: '10.0.0.7', userAgent: 'mlflow-python-client/3.17.2', requestId: 'r-1' },
      },
      CREATED,
      CONTEXT,
    );
    expect(event.actor).toEqual({
      id: 's-bot',
      kind: 'service_account',
      on_behalf_of: 's-mia',
      token_id: 't-1',
    });
    expect(event.client).toEqual({
      address: '10.0.0.7',
      user_agent: 'mlflow-python-client/3.17.2',
      request_id: 'r-1',
    });
    expect(auditEvent(null, CREATED, CONTEXT).actor).toMatchObject({ id: null, kind: 'anonymous' });
  });

  test('has a leaf whatever the texts, and is small', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.constant('\ud800'),
      fc.constant('\0'),
    );
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const event = auditEvent(
          { ...LOCAL_ACTOR, client: { address: one, userAgent: other, requestId: one } },
          { ...CREATED, reason: one, before: { [one]: other }, after: { description: other, count: 1 } },
          CONTEXT,
        );
        const leaf = auditLeaf(event);
        expect(JSON.parse(leaf)).toEqual(event);
        expect(leaf).not.toContain('\\u0000');
        expect([...leaf].length).toBeLessThan(60_000);
      }),
    );
  });

  test('cuts a long text between characters', () => {
    const { reason } = auditEvent(LOCAL_ACTOR, { ...CREATED, reason: '🐔'.repeat(1_001) }, CONTEXT);
    expect(reason).toBe(`${'🐔'.repeat(1_000)}…`);
  });
});
