import type { Door } from '../door.ts';
import { getMetricHistoryDoor } from './get-metric-history.ts';
import { logMetricDoor } from './log-metric.ts';

export const metricDoors: readonly Door[] = [logMetricDoor, getMetricHistoryDoor];
