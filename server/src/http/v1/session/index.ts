import type { Endpoint } from '../endpoint.ts';
import type { RedirectEndpoint } from '../redirect-endpoint.ts';
import { beginOidcEndpoint } from './begin-oidc.ts';
import { changePasswordEndpoint } from './change-password.ts';
import { createSessionEndpoint } from './create-session.ts';
import { deleteSessionEndpoint } from './delete-session.ts';
import { finishOidcEndpoint } from './finish-oidc.ts';
import { getMeEndpoint } from './get-me.ts';

export const sessionEndpoints: readonly (Endpoint | RedirectEndpoint)[] = [
  createSessionEndpoint,
  deleteSessionEndpoint,
  beginOidcEndpoint,
  finishOidcEndpoint,
  getMeEndpoint,
  changePasswordEndpoint,
];
