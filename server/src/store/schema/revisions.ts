/** The Alembic revision of the tables that we make, and the newest MLflow that was tried on the same database. */
export const CREATED_REVISION = 'dc11669786a5';
export const NEWEST_TESTED = `${CREATED_REVISION}, MLflow 3.17.2`;

/** A release of MLflow (the last with these), and the revisions that its upgrade went through, in order. */
type Release = readonly [release: string, revisions: string];

/** Without workspaces, so of no use to us as they are. */
const OLDER: readonly Release[] = [
  [
    '2.12 or older',
    '451aebb31d03 90e64c465722 181f10493468 df50e92ffc5e 7ac759974ad8 89d4b8295536 2b4d017a5e9b cfd24bdc0731 0a8213491aaa 728d730b5ebd 27a6a02d2cf1 84291f40a231 a8c4a736bde6 39d1c3be5f05 c48cb773bb87 bd07f7e963c5 0c779009ac13 cc1f77228345 97727af70f4d 3500859a5d39 7f2a7d5fae7d 2d6e25af4d3e acf3f17fdcc7',
  ],
  ['2.13', '867495a8f9d4'],
  ['2.14', '5b0e9adcef9c'],
  ['2.16', '4465047574b1'],
  ['2.17', 'f5a4f2784254'],
  ['2.22', '0584bdc529eb'],
  ['3.1', '400f98739977 6953534de441 bda7b8c39065'],
  ['3.2', 'cbc13b556ace 770bee3ae1dd'],
  ['3.3', 'a1b2c3d4e5f6 de4033877273 1a0cddfcaa16'],
  ['3.4', '534353b11cbc 71994744cf8e'],
  ['3.7', '3da73c924c2f bf29a5ff90ea'],
  ['3.8', '1bd49d398cd23'],
  ['3.9', 'b7c8d9e0f1a2 5d2d30f0abce c9d4e5f6a7b8 2c33131f4dae d3e4f5a6b7c8'],
  ['3.10, unfinished', 'd0e1f2a3b4c5 c8d9e0f1a2b3'],
];

/** From MLflow 3.10, whose last step gave the tables a workspace, to the newest tested. */
const FITTING: readonly Release[] = [
  ['3.10', '1b5f0d9ad7c1'],
  ['3.11', 'e1f2a3b4c5d6 76601a5f987d c3d6457b6d8a'],
  ['3.12', 'a5b4c3d2e1f0 ae8bbe7743c9 7d34483879f0'],
  ['3.13', 'da6fb0208061'],
  ['3.14', '89d3d66ed43f b7e4c1a90f23'],
  ['3.15', 'a8b9c0d1e2f3 c1d2e3f4a5b6 c3d9e7f1a2b4 6f8d9c3b2a1e'],
  ['3.16', '1971f2d9a75b 17e22815139b b7e2c1a4d9f3'],
  ['3.17', `75868b020152 ${CREATED_REVISION}`],
];

const RELEASE_OF: ReadonlyMap<string, string> = new Map(
  [...OLDER, ...FITTING].flatMap(([release, revisions]) =>
    revisions.split(' ').map((revision) => [revision, release] as const),
  ),
);

/** Every revision from MLflow 3.10 (the first with workspaces) to the newest tested, in order. */
export const KNOWN_REVISIONS: ReadonlySet<string> = new Set(
  FITTING.flatMap(([, revisions]) => revisions.split(' ')),
);

/** The MLflow release of a revision, such as `3.10` or `2.12 or older`; null when it is not known. */
export function releaseOf(revision: string): string | null {
  return RELEASE_OF.get(revision) ?? null;
}

/** Whether the revision is one of before MLflow 3.10. */
export function isOlderRevision(revision: string): boolean {
  return RELEASE_OF.has(revision) && !KNOWN_REVISIONS.has(revision);
}
