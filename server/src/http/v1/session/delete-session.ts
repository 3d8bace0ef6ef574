import { endSession } from '../../../operations/session.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const deleteSessionEndpoint = endpoint({
  method: 'DELETE',
  path: '/session',
  operation: 'deleteSession',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'Sign out',
  description: 'Ends the session of the cookie, here and everywhere. Without one nothing happens.',
  answer: Type.Object({ success: SUCCESS }),
  problems: [],
  async run(deps, _actor, { exchange }) {
    if (exchange.session !== null) await endSession(deps, exchange.session, exchange.client);
    exchange.setSession(null);
    return {};
  },
});
