import { getManifest } from '../../../operations/manifest.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderSeal, SEAL_FIELDS } from './render-version.ts';

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  version: Type.Integer(),
  ...SEAL_FIELDS,
  files: Type.Array(
    Type.Object({
      path: Type.String({ description: 'Relative to the source, `/`-separated.' }),
      size_bytes: Type.Integer(),
      sha256: Type.String({ description: '64 hex digits.' }),
    }),
    { description: 'By the UTF-8 bytes of the path; empty until sealed.' },
  ),
});

export const listFilesEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/versions/:version/files',
  operation: 'listFiles',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'List the files of a version',
  description:
    'The manifest, complete. `digest` is `sha256:` and the SHA-256 of the RFC 8785 form of `files`, once the version is sealed.',
  params: VERSION_PARAMS,
  answer: ANSWER,
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  tagged: true,
  async run(deps, actor, { params }) {
    const reference = parseVersionReference(params.version, 'version');
    const manifest = await getManifest(deps, actor, { name: params.model_name, reference });
    return {
      model_name: params.model_name,
      version: manifest.version,
      ...renderSeal(manifest.record),
      files: manifest.files.map(({ path, sizeBytes, sha256 }) => ({ path, size_bytes: sizeBytes, sha256 })),
    };
  },
});
