import { artifactName } from '../../../domain/artifact-path.ts';
import { openVersionFile } from '../../../operations/version-file.ts';
import { sendFile } from '../../plugins/send-file.ts';
import { fileEndpoint } from '../file-endpoint.ts';

export const getFileEndpoint = fileEndpoint({
  method: 'GET',
  path: '/models/:model_name/versions/:version/files/:path',
  operation: 'getFile',
  permission: 'read-artifact',
  tag: 'Versions',
  summary: 'Download a file of a version',
  description:
    'The bytes, whole or a range of them. The ETag is the SHA-256 of the file, when it is known; If-None-Match and If-Range are heeded.',
  streams: 'out',
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'artifact_not_found',
    'artifact_is_directory',
    'resource_not_found',
    'resource_conflict',
    'range_not_satisfiable',
  ],
  model: 'params',
  async run(deps, file, { request, reply }) {
    const opened = await openVersionFile(deps, request.actor, file);
    await sendFile(request, reply, { ...opened, name: artifactName(file.path) });
    return null;
  },
});
