import type { Endpoint } from '../endpoint.ts';
import { createHoldEndpoint } from './create-hold.ts';
import { deleteHoldEndpoint } from './delete-hold.ts';
import { listHoldsEndpoint } from './list-holds.ts';

export const holdEndpoints: readonly Endpoint[] = [listHoldsEndpoint, createHoldEndpoint, deleteHoldEndpoint];
