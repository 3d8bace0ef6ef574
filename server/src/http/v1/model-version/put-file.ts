import { addVersionFile } from '../../../operations/version-file.ts';
import { declaredSha256 } from '../../plugins/declared-digest.ts';
import { wholeBody } from '../../plugins/stream-body.ts';
import { SUCCESS } from '../fields.ts';
import { fileEndpoint } from '../file-endpoint.ts';
import { Type } from '../schema-builder.ts';

export const putFileEndpoint = fileEndpoint({
  method: 'PUT',
  path: '/models/:model_name/versions/:version/files/:path',
  operation: 'putFile',
  permission: 'write-artifact',
  tag: 'Versions',
  summary: 'Add a file to a version that is not sealed',
  description:
    "The body is stored as it is sent, below the version's source; a file of that path is replaced. `Content-Digest` and `x-amz-checksum-sha256` are checked. The same bytes as those of a sealed file change nothing and succeed.",
  streams: 'in',
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    version: Type.Integer(),
    path: Type.String(),
    size_bytes: Type.Integer(),
    sha256: Type.String({ description: '64 hex digits.' }),
  }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'version_sealed',
    'resource_not_found',
    'artifact_not_found',
    'artifact_sealed',
    'artifact_path_conflict',
    'artifact_digest_mismatch',
    'storage_full',
  ],
  model: 'params',
  async run(deps, file, { request, reply }) {
    const { version, stored } = await addVersionFile(deps, request.actor, {
      ...file,
      body: wholeBody(request.raw, file.path.text),
      declaredSha256: declaredSha256(request.headers),
    });
    reply.header('etag', `"${stored.sha256}"`);
    return {
      model_name: file.name,
      version,
      path: file.path.text,
      size_bytes: stored.sizeBytes,
      sha256: stored.sha256,
    };
  },
});
