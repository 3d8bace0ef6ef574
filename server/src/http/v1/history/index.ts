import type { Endpoint } from '../endpoint.ts';
import { getHistoryEndpoint } from './get-history.ts';

export const historyEndpoints: readonly Endpoint[] = [getHistoryEndpoint];
