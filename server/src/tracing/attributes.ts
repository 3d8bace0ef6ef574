/** The span is a turn of this job. */
export const JOB = 'registry.job';
/** The span is a unit of work that changes things. */
export const WRITES = 'registry.writes';
