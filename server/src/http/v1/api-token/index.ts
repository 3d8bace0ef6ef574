import type { Endpoint } from '../endpoint.ts';
import { createTokenEndpoint } from './create-token.ts';
import { deleteTokenEndpoint } from './delete-token.ts';
import { listTokensEndpoint } from './list-tokens.ts';

export const apiTokenEndpoints: readonly Endpoint[] = [
  listTokensEndpoint,
  createTokenEndpoint,
  deleteTokenEndpoint,
];
