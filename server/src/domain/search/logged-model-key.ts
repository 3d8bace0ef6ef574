export const textAttributes = ['name', 'model_id', 'model_type', 'status', 'source_run_id'] as const;

export type TextAttribute = (typeof textAttributes)[number];
export type TimeAttribute = 'creation_timestamp' | 'last_updated_timestamp';
export type LoggedModelAttribute = TextAttribute | TimeAttribute;

/**
 * Attribute as written → canonical. MLflow takes any column of its table; these are the documented ones and
 * the names of the columns behind them.
 */
export const loggedModelAttributes: ReadonlyMap<string, LoggedModelAttribute> = new Map([
  ...textAttributes.map((key) => [key, key] as const),
  ['creation_timestamp', 'creation_timestamp'],
  ['creation_timestamp_ms', 'creation_timestamp'],
  ['creation_time', 'creation_timestamp'],
  ['last_updated_timestamp', 'last_updated_timestamp'],
  ['last_updated_timestamp_ms', 'last_updated_timestamp'],
]);
