import { type Difference, type DifferenceMatch, inError, refused, SQL } from './difference.ts';

/** Refused here on both engines; by MLflow on PostgreSQL alone, with SQL. */
function longOnSqlite(rpcs: string, what: string, limit: number): readonly DifferenceMatch[] {
  const sentence = `'${what}' exceeds the maximum length of ${limit} characters`;
  return [
    refused(rpcs, '200', sentence, { engine: 'sqlite' }),
    refused(rpcs, SQL.tooLong, sentence, { engine: 'postgres', ...inError('error_code', 'message') }),
  ];
}

export const LENGTHS: readonly Difference[] = [
  {
    id: 'never-cut',
    what: 'Param values over 6,000 characters and run tags over 8,000',
    mlflow: 'cut, without a word (refused with `MLFLOW_TRUNCATE_LONG_VALUES=false`)',
    here: "400 `'Param value' exceeds the maximum length …`, as MLflow says with that variable",
    why: 'a value is refused and never cut',
    matches: [
      refused('logParam logBatch', '200', "'Param value' exceeds the maximum length of 6000 characters"),
      refused('setTag', '200', "'value' exceeds the maximum length of 8000 characters"),
      refused('logBatch', '200', "'tags[0].value' exceeds the maximum length of 8000 characters"),
    ],
  },
  {
    id: 'lengths-on-sqlite',
    what: 'Texts longer than their column: names of registered models (256), their descriptions (5,000), sources and run links (500), names (500) and keys (255) of logged models, kinds of data sets (36)',
    mlflow: 'kept on SQLite; on PostgreSQL 400 with SQL',
    here: '400 on both',
    why: 'the database may move to PostgreSQL one day',
    matches: [
      ...longOnSqlite('createRegisteredModel renameRegisteredModel', 'Registered model name', 256),
      ...longOnSqlite('createRegisteredModel updateRegisteredModel updateModelVersion', 'description', 5000),
      ...longOnSqlite('createModelVersion', 'source', 500),
      ...longOnSqlite('createModelVersion', 'run_link', 500),
      ...longOnSqlite('createModelVersion', 'description', 5000),
      ...longOnSqlite('createLoggedModel', 'name', 500),
      ...longOnSqlite('createLoggedModel', 'key', 255),
      ...longOnSqlite('logInputs', 'source_type', 36),
    ],
  },
  {
    id: 'lengths-on-postgres',
    what: 'Other texts longer than their column on PostgreSQL (names of experiments and runs, tags of registered models); SQLite keeps them, there as here',
    mlflow: '400 `BAD_REQUEST` with SQL',
    here: '400 `A value is longer than its column in the database allows.`',
    why: 'nothing from inside is shown',
    matches: [
      refused(
        'createExperiment updateExperiment createRun updateRun setRegisteredModelTag',
        SQL.tooLong,
        'A value is longer than its column in the database allows.',
        { engine: 'postgres', ...inError('error_code', 'message') },
      ),
    ],
  },
  {
    id: 'length-of-locations',
    what: 'The sentence for an artifact location over 2,048 characters',
    mlflow: 'names the variable that changes the limit',
    here: 'does not',
    why: 'there is no such variable here',
    matches: [
      refused(
        'createExperiment',
        '400 INVALID_PARAMETER_VALUE Invalid artifact path length\\. The length of the artifact path cannot be greater than 2048',
        'Invalid artifact path length. The length of the artifact path cannot be greater than 2048 characters.',
        inError('message'),
      ),
    ],
  },
];
