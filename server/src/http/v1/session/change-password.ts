import { changePassword } from '../../../operations/password.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

const PASSWORD = Type.String({ maxLength: 1_024 });

export const changePasswordEndpoint = endpoint({
  method: 'POST',
  path: '/me/password',
  operation: 'changePassword',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'Change the own password',
  description:
    'Of 15 characters or more, and none that is tried first. All sessions end, this one too. Not with a token.',
  body: Type.Object({ present: PASSWORD, password: PASSWORD }, { additionalProperties: false }),
  answer: Type.Object({ success: SUCCESS }),
  problems: [],
  answersSecret: true,
  async run(deps, actor, { body, exchange }) {
    await changePassword(deps, actor, body);
    exchange.setSession(null);
    return {};
  },
});
