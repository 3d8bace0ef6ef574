import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { ME, renderMe } from './fields.ts';

export const getMeEndpoint = endpoint({
  method: 'GET',
  path: '/me',
  operation: 'getMe',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'Who am I',
  description: 'The actor of the request, what it was granted, and the token that narrows it.',
  answer: Type.Object({ success: SUCCESS, actor: ME }),
  problems: [],
  run: async (_deps, actor) => ({ actor: renderMe(actor) }),
});
