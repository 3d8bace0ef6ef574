import { actorOf } from '../../../operations/authentication.ts';
import { signIn } from '../../../operations/session.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';
import { ME, renderMe } from './fields.ts';

export const createSessionEndpoint = endpoint({
  method: 'POST',
  path: '/session',
  operation: 'createSession',
  permission: 'public',
  tag: 'Access',
  summary: 'Sign in',
  description:
    'For browsers: sets a cookie that only this host gets, over TLS or on localhost. Programs use API tokens.',
  status: 201,
  body: Type.Object(
    { name: Type.String({ maxLength: 256 }), password: Type.String({ maxLength: 1_024 }) },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, session: Type.Object({ expires_at: TIME, actor: ME }) }),
  problems: ['unauthenticated', 'too_many_attempts'],
  answersSecret: true,
  async run(deps, _actor, { body, exchange }) {
    const { secret, expiresAtMs, identity } = await signIn(deps, body, exchange.client);
    exchange.setSession({ secret, expiresAtMs });
    const actor = renderMe(actorOf(deps, identity));
    return { session: { expires_at: renderTime(expiresAtMs), actor } };
  },
});
