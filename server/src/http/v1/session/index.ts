import type { Endpoint } from '../endpoint.ts';
import { changePasswordEndpoint } from './change-password.ts';
import { createSessionEndpoint } from './create-session.ts';
import { deleteSessionEndpoint } from './delete-session.ts';
import { getMeEndpoint } from './get-me.ts';

export const sessionEndpoints: readonly Endpoint[] = [
  createSessionEndpoint,
  deleteSessionEndpoint,
  getMeEndpoint,
  changePasswordEndpoint,
];
