/** What a field holds, and what is done to it before it is written. */
type Treatment =
  /** A word or id of ours: as it is. */
  | 'id'
  /** A sentence: secrets masked, bounded. */
  | 'text'
  | 'number'
  /** An error: type, message, code and stack, masked and bounded; nothing else that hangs on it. */
  | 'error'
  /** Host and port. */
  | 'address';

interface Field {
  readonly treatment: Treatment;
  readonly on: string;
  readonly meaning: string;
}

function field(treatment: Treatment, on: string, meaning: string): Field {
  return { treatment, on, meaning };
}

/** Every field that a line may have; what is not here is not written. Generated from it: docs/logging.md. */
export const LOG_FIELDS = {
  level: field('id', 'all', '`debug`, `info`, `warn`, `error` or `fatal`.'),
  time: field('id', 'all', 'RFC 3339, UTC, milliseconds.'),
  msg: field('text', 'all', 'What happened, in words that stay the same.'),
  request_id: field('id', 'requests', 'Also in the answer’s errors and in the audit log.'),
  operation: field(
    'id',
    'requests',
    "MLflow's RPC, or the id of the endpoint in openapi/v1.json; `unknown`: no such path.",
  ),
  method: field('id', 'requests', 'Of HTTP.'),
  path: field('text', 'requests, at DEBUG', 'Without its query. It may hold names of models.'),
  status: field('number', 'requests', 'Of HTTP.'),
  code: field('id', 'requests that were refused', 'The code of the error.'),
  duration_ms: field('number', 'requests, jobs', 'To the end of the answer, in milliseconds.'),
  actor: field('id', 'requests', 'The id of the subject that asked; missing when nobody signed in.'),
  client_address: field('address', 'requests', 'Where the request came from: the last hop.'),
  suppressed: field(
    'number',
    'probes',
    'How many lines like this one were left out since the last: one a minute is written while the status stays.',
  ),
  job: field('id', 'jobs', 'Its name.'),
  webhook: field('id', 'webhooks', 'Its id.'),
  event: field('id', 'webhooks', 'What was announced, such as `REGISTERED_MODEL.CREATED`.'),
  attempt: field('number', 'webhooks', 'Counted from 1.'),
  reason: field('text', 'webhooks', 'Why it was not delivered.'),
  address: field('address', 'the start', 'Where metrics are served.'),
  err: field('error', 'failures', '`type`, `message`, `code` and `stack`.'),
  trace_id: field('id', 'all, when traced', 'W3C Trace Context, 32 hexadecimal digits.'),
  span_id: field('id', 'all, when traced', '16 hexadecimal digits.'),
  'dd.trace_id': field('id', 'all, when traced', 'The same for Datadog: the lower 64 bits, in decimal.'),
  'dd.span_id': field('id', 'all, when traced', 'The same for Datadog, in decimal.'),
} as const satisfies Record<string, Field>;
