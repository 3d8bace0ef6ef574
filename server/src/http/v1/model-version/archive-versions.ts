import { invalidArgument } from '../../../domain/errors.ts';
import { parseStage } from '../../../domain/stage.ts';
import { type ArchiveRequest, archiveVersions } from '../../../operations/archive-versions.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_NAME, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

const BODY = Type.Object(
  {
    model_name: MODEL_NAME,
    keep_latest: Type.Integer({ minimum: 0, maximum: 1_000, description: 'How many of the newest stay.' }),
    stage: Type.String({ description: 'development or staging.' }),
    dry_run: Type.Optional(Type.Boolean({ description: 'Tell what would happen and change nothing.' })),
  },
  { additionalProperties: false },
);

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  archived_count: Type.Integer(),
  archived_versions: Type.Array(Type.Integer(), { description: 'Newest first.' }),
  kept: Type.Array(Type.Object({ version: Type.Integer(), reason: Type.String() })),
  dry_run: Type.Optional(Type.Boolean()),
});

export const archiveVersionsEndpoint = endpoint({
  method: 'POST',
  path: '/models/archive',
  operation: 'archiveVersions',
  permission: 'request-transition',
  tag: 'Versions',
  summary: 'Archive old versions of a stage',
  description: 'Archives all but the newest versions in development or staging, in one transaction.',
  body: BODY,
  answer: ANSWER,
  problems: ['model_not_found'],
  model: 'body',
  async run(deps, actor, { body }) {
    const dryRun = body.dry_run ?? false;
    const { archived, kept } = await archiveVersions(deps, actor, {
      name: body.model_name,
      stage: parseArchivable(body.stage),
      keepLatest: body.keep_latest,
      dryRun,
    });
    return {
      model_name: body.model_name,
      archived_count: archived.length,
      archived_versions: archived,
      kept,
      ...(dryRun && { dry_run: true }),
    };
  },
});

function parseArchivable(text: string): ArchiveRequest['stage'] {
  const stage = parseStage(text, '/stage');
  if (stage === 'development' || stage === 'staging') return stage;
  throw invalidArgument(
    `Versions in ${stage} are not archived in bulk; stage must be development or staging.`,
    '/stage',
  );
}
