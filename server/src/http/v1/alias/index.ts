import type { Endpoint } from '../endpoint.ts';
import { deleteAliasEndpoint } from './delete-alias.ts';
import { setAliasEndpoint } from './set-alias.ts';

export const aliasEndpoints: readonly Endpoint[] = [setAliasEndpoint, deleteAliasEndpoint];
