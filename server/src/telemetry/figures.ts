import type { Family } from '../operations/ports/telemetry.ts';

/** What a family is, without its samples. */
export type Figure = Omit<Family, 'samples'>;

function figure(type: Family['type'], name: string, labels: readonly string[], help: string): Figure {
  return { name, type, labels, help };
}

/** Every figure of ours. Generated from it: docs/metrics.md. Values of labels are fixed words or ids of operations and jobs. */
export const FIGURES = {
  build: figure(
    'gauge',
    'registry_build_info',
    ['version', 'engine'],
    'Always 1; its labels say which program this is, on sqlite or postgres.',
  ),
  requests: figure(
    'histogram',
    'registry_http_request_duration_seconds',
    ['operation', 'status'],
    "From the arrival of a request to the end of its answer, by operation (MLflow's RPC or endpoint of v1; `unknown`: no such path) and class of status (`2xx` to `5xx`; `aborted`: the client left before the end). Files take as long as they are large.",
  ),
  requestsInFlight: figure(
    'gauge',
    'registry_http_requests_in_flight',
    [],
    'Requests that are being answered.',
  ),
  artifactBytes: figure(
    'counter',
    'registry_artifact_bytes_total',
    ['direction'],
    'Bytes of files that clients sent (`in`, whole files only) or were sent (`out`) through this server; not what they exchange with a bucket directly.',
  ),
  databaseUp: figure(
    'gauge',
    'registry_database_up',
    [],
    '1 when the database answered within the time of a scrape, else 0; then the figures that are read from it are missing.',
  ),
  units: figure(
    'histogram',
    'registry_unit_of_work_duration_seconds',
    ['kind', 'outcome'],
    'Units of work, the wait for a connection included, by kind (`read`, `write`) and outcome (`ok`; `refused`: by a rule; `unavailable`: the database did not answer or is full; `failed`).',
  ),
  statements: figure(
    'histogram',
    'registry_database_statement_duration_seconds',
    ['kind'],
    'Statements: `read`, `write`, and `commit`, which ends a transaction. On PostgreSQL from sending to answer.',
  ),
  connections: figure(
    'gauge',
    'registry_database_connections',
    ['pool', 'state'],
    'Connections that are `used` or `idle`. Pools on PostgreSQL: `units` (units of work and searches), `lookups` (shared by look-ups); on SQLite: `writer`.',
  ),
  connectionsLimit: figure(
    'gauge',
    'registry_database_connections_limit',
    ['pool'],
    'How many connections the pool may have.',
  ),
  connectionsWaiting: figure(
    'gauge',
    'registry_database_waiting',
    ['pool'],
    'Work that waits for a connection of the pool.',
  ),
  loopDelay: figure(
    'histogram',
    'registry_event_loop_delay_seconds',
    [],
    'How late the program came to what it wanted to do, sampled 50 times a second: everybody waits so long in addition.',
  ),
  jobs: figure(
    'histogram',
    'registry_job_duration_seconds',
    ['job_name'],
    'Turns of background jobs; the count is how often each ran.',
  ),
  jobsRunning: figure(
    'gauge',
    'registry_job_running',
    ['job_name'],
    '1 while a turn of the job is under way.',
  ),
  jobFailures: figure(
    'counter',
    'registry_job_failures_total',
    ['job_name'],
    'Turns that failed; each is tried again.',
  ),
  jobSuccess: figure(
    'gauge',
    'registry_job_last_success_timestamp_seconds',
    ['job_name'],
    'When a turn of the job ended well last, in seconds since 1970.',
  ),
  sealsPending: figure('gauge', 'registry_seals_pending', [], 'Versions whose files are not hashed yet.'),
  sealsAge: figure(
    'gauge',
    'registry_seals_pending_oldest_age_seconds',
    [],
    'How long the oldest of them waits.',
  ),
  deliveries: figure(
    'gauge',
    'registry_webhook_deliveries_waiting',
    [],
    'Announcements to webhooks that are not delivered yet.',
  ),
  deliveriesAge: figure(
    'gauge',
    'registry_webhook_deliveries_oldest_age_seconds',
    [],
    'How long ago the oldest of them was announced.',
  ),
  outboxLag: figure(
    'gauge',
    'registry_outbox_lag_seconds',
    [],
    'For how long an announcement could have been sent, and was not: sending does not keep up, or no server sends.',
  ),
  deliveriesFailed: figure(
    'gauge',
    'registry_webhook_deliveries_failed',
    [],
    'Announcements that were given up in the last days.',
  ),
  auditWaiting: figure(
    'gauge',
    'registry_audit_events_waiting',
    [],
    'Audit events without a place in the signed log.',
  ),
  auditLag: figure('gauge', 'registry_audit_sequencer_lag_seconds', [], 'How long the oldest of them waits.'),
  requestsOpen: figure(
    'gauge',
    'registry_transition_requests_open',
    [],
    'Transition requests that wait for votes, checks or time.',
  ),
  requestsAge: figure(
    'gauge',
    'registry_transition_requests_oldest_age_seconds',
    [],
    'How long ago the oldest of them was opened.',
  ),
  purgeable: figure(
    'gauge',
    'registry_retention_purgeable_bytes',
    [],
    'What the newest retention plan would purge; only planned unless RETENTION_PURGE is on.',
  ),
  marked: figure(
    'gauge',
    'registry_retention_marked_bytes',
    [],
    'What is marked to be purged and still there.',
  ),
  cpu: figure(
    'counter',
    'process_cpu_seconds_total',
    [],
    'Time on a processor, of the program and of the system for it.',
  ),
  startTime: figure(
    'gauge',
    'process_start_time_seconds',
    [],
    'When the program was started, in seconds since 1970.',
  ),
  residentMemory: figure('gauge', 'process_resident_memory_bytes', [], 'Memory that the program holds.'),
  openFiles: figure('gauge', 'process_open_fds', [], 'Open files and connections (Linux).'),
  mostFiles: figure('gauge', 'process_max_fds', [], 'How many of them there may be (Linux).'),
  heapUsed: figure('gauge', 'nodejs_heap_size_used_bytes', [], 'Memory that objects of the program take.'),
  heapTotal: figure('gauge', 'nodejs_heap_size_total_bytes', [], 'Memory that is set aside for them.'),
  externalMemory: figure('gauge', 'nodejs_external_memory_bytes', [], 'Memory of buffers and the like.'),
} as const satisfies Record<string, Figure>;

export type FigureKey = keyof typeof FIGURES;

/** Bounds in seconds: what is answered from memory takes a part of a millisecond, large files take minutes. */
export const REQUEST_BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60,
];
export const DATABASE_BOUNDS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15,
];
export const LOOP_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
export const JOB_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];
