import { reportCheck } from '../../../operations/check.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, SUCCESS, TIME, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

const CONCLUSION = Type.Enum(['success', 'failure', 'neutral', 'pending']);

export const reportCheckEndpoint = endpoint({
  method: 'POST',
  path: '/models/:model_name/versions/:version/checks',
  operation: 'reportCheck',
  permission: 'report-check',
  tag: 'Governance',
  summary: 'Report what was found out about a version',
  description:
    'By CI, a field test, and the like, about the files that the version has now. It counts only from the reporters that the policy names, or, where it names none, from anyone but the authors.',
  status: 201,
  params: VERSION_PARAMS,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      conclusion: CONCLUSION,
      details_url: Type.Optional(Type.String({ maxLength: 2_000, pattern: '^https?://' })),
      summary: Type.Optional(Type.String({ maxLength: 5_000 })),
      facts: Type.Optional(Type.Object({}, { additionalProperties: true })),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    check: Type.Object({
      name: Type.String(),
      version: Type.Integer(),
      conclusion: CONCLUSION,
      digest: nullable(Type.String()),
      at: nullable(TIME),
    }),
  }),
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  async run(deps, actor, { params, body }) {
    const { name, conclusion, digest, atMs, version } = await reportCheck(deps, actor, {
      model: params.model_name,
      reference: parseVersionReference(params.version, 'version'),
      name: body.name,
      conclusion: body.conclusion,
      detailsUrl: body.details_url ?? null,
      summary: body.summary ?? null,
      facts: body.facts ?? {},
    });
    return { check: { name, version, conclusion, digest, at: renderTime(atMs) } };
  },
});
