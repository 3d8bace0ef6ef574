/** Calls of MLflow's that the guard refuses on purpose, for docs/mlflow-compatibility.md. */
interface GuardedCalls {
  readonly calls: readonly string[];
  readonly refused: string;
  readonly answer: string;
}

const DENIED = '403 `PERMISSION_DENIED`';
const CONFLICT = '409 `RESOURCE_CONFLICT`';

/** Under the policy `guarded`, and others that are no less strict. */
export const GUARDED_CALLS: readonly GuardedCalls[] = [
  {
    calls: ['transitionModelVersionStage'],
    refused:
      'to where the policy does not lead; to Production until its approvals, checks and gates are there; with files that are not sealed or are damaged; made from data that are marked as bad; a pre-release',
    answer: `${DENIED}; where approval is all that is missing, with the id of the request that was opened or found`,
  },
  {
    calls: ['setRegisteredModelAlias', 'deleteRegisteredModelAlias'],
    refused: 'an alias that follows a stage (`champion`) or that the policy protects',
    answer: `${DENIED}, with the id of the request`,
  },
  {
    calls: ['deleteModelVersion', 'deleteRegisteredModel'],
    refused: 'what is in production or under an alias of the policy',
    answer: CONFLICT,
  },
  {
    calls: ['renameRegisteredModel'],
    refused:
      'to a name that another policy governs, while a version is in staging or production, under a guarded alias or in an open request',
    answer: DENIED,
  },
];

/** Under every policy, also `open`. */
export const ALWAYS_GUARDED_CALLS: readonly GuardedCalls[] = [
  {
    calls: ['deleteModelVersion', 'deleteRegisteredModel'],
    refused: 'what is held, or named in an open transition request',
    answer: CONFLICT,
  },
  {
    calls: [
      'uploadArtifact',
      'deleteArtifact',
      'uploadRunArtifact',
      'createMultipartUpload',
      'completeMultipartUpload',
      'createPresignedUploadUrl',
    ],
    refused: 'at, below or above the files of a version that is frozen',
    answer: CONFLICT,
  },
  {
    calls: ['deleteRun', 'deleteExperiment', 'deleteLoggedModel'],
    refused: 'nothing: what is deleted is marked, and the files of versions stay',
    answer: '200',
  },
];
