import type { Static } from 'typebox';
import type { RunEvent } from '../../../domain/open-lineage.ts';
import { acceptRunEvent } from '../../../operations/open-lineage.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { parseTime } from '../time.ts';

const NAME = Type.String({ minLength: 1, maxLength: 500 });
const UUID = Type.String({
  pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
  description: 'A UUID.',
});
const open = { additionalProperties: true };
const JOB = Type.Object({ namespace: NAME, name: NAME }, open);
const DATASET = Type.Object(
  {
    namespace: NAME,
    name: NAME,
    facets: Type.Optional(
      Type.Object(
        { version: Type.Optional(Type.Object({ datasetVersion: Type.Optional(NAME) }, open)) },
        open,
      ),
    ),
  },
  open,
);
const PARENT = Type.Object({ run: Type.Object({ runId: UUID }, open), job: JOB }, open);

/** What the specification requires, and what is read of the rest; everything else may be there (OpenLineage 2-0-2). */
const RUN_EVENT = Type.Object(
  {
    eventTime: Type.String({ description: 'A time with its zone.' }),
    producer: Type.String({ minLength: 1 }),
    schemaURL: Type.String({ minLength: 1 }),
    eventType: Type.Optional(
      Type.Unsafe<string>({
        type: 'string',
        enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'],
      }),
    ),
    run: Type.Object(
      { runId: UUID, facets: Type.Optional(Type.Object({ parent: Type.Optional(PARENT) }, open)) },
      open,
    ),
    job: JOB,
    inputs: Type.Optional(Type.Array(DATASET, { maxItems: 500 })),
    outputs: Type.Optional(Type.Array(DATASET, { maxItems: 500 })),
  },
  open,
);

export const acceptRunEventEndpoint = endpoint({
  method: 'POST',
  path: '/lineage/openlineage',
  operation: 'acceptRunEvent',
  permission: 'edit-metadata',
  tag: 'Lineage',
  summary: 'Tell of a run as OpenLineage does',
  description:
    'One RunEvent. Its run was derived from its inputs (trained on them, when its id is that of one of MLflow’s runs) and from the run that it is a part of, and produced its outputs unless it failed. A dataset is `dataset:<namespace>/<name>@<datasetVersion>`; in the namespace of REGISTRY_BASE_URL a name is that of a version, `name/version`. 200 when this very event came before. It takes a writer on all models, or on the versions that it is about.',
  status: 201,
  body: RUN_EVENT,
  answer: Type.Object({
    success: SUCCESS,
    added: Type.Integer({ description: 'Edges that were not known before.' }),
  }),
  problems: ['model_not_found', 'no_versions', 'version_not_found', 'version_deleted', 'version_purged'],
  async run(deps, actor, { body, bodyText, exchange }) {
    const { added, isNew } = await acceptRunEvent(deps, actor, {
      event: readEvent(body),
      eventTimeMs: parseTime(body.eventTime, '/eventTime'),
      text: bodyText,
    });
    if (!isNew) exchange.status = 200;
    return { added };
  },
});

function readEvent(body: Static<typeof RUN_EVENT>): RunEvent {
  const { parent } = body.run.facets ?? {};
  return {
    eventType: body.eventType ?? null,
    runId: body.run.runId,
    jobNamespace: body.job.namespace,
    jobName: body.job.name,
    parent:
      parent === undefined
        ? null
        : { runId: parent.run.runId, jobNamespace: parent.job.namespace, jobName: parent.job.name },
    inputs: (body.inputs ?? []).map(readDataset),
    outputs: (body.outputs ?? []).map(readDataset),
  };
}

function readDataset({ namespace, name, facets }: Static<typeof DATASET>) {
  return { namespace, name, version: facets?.version?.datasetVersion ?? null };
}
