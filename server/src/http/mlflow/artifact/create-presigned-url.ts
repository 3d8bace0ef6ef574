import { parseArtifactPath } from '../../../domain/artifact-path.ts';
import { invalidArgument } from '../../../domain/errors.ts';
import type { Int64 } from '../../../domain/int64.ts';
import { presignRunDownload, presignUpload } from '../../../operations/direct-transfer.ts';
import { door } from '../door.ts';
import { int64, message, requiredString, string } from '../proto-json.ts';
import { headersOf } from './direct-transfer.ts';

const UPLOAD = message({
  run_id: string(),
  model_id: string(),
  path: requiredString(),
  expiration: int64(),
});
const DOWNLOAD = message({ run_id: requiredString(), path: requiredString(), expiration: int64() });

export const createPresignedUploadUrlDoor = door(
  'createPresignedUploadUrl',
  UPLOAD,
  async (deps, actor, { run_id: runId, model_id: modelId, ...input }) => {
    if (Boolean(runId) === Boolean(modelId))
      throw invalidArgument('Exactly one of run_id and model_id must be provided.');
    const file = { path: parseArtifactPath(input.path), ttlSeconds: seconds(input.expiration) };
    const owner = runId ? { runId } : { modelId: modelId ?? '' };
    const upload = await presignUpload(deps, actor, { ...file, ...owner });
    return { presigned_url: upload.url, headers: headersOf(upload) };
  },
);

export const createPresignedDownloadUrlDoor = door(
  'createPresignedDownloadUrl',
  DOWNLOAD,
  async (deps, actor, input) => {
    const download = await presignRunDownload(deps, actor, {
      runId: input.run_id,
      path: parseArtifactPath(input.path),
      ttlSeconds: seconds(input.expiration),
    });
    return { presigned_url: download.url, headers: headersOf(download), file_size: download.sizeBytes };
  },
);

function seconds(given: Int64 | undefined): number | null {
  return given === undefined ? null : Number(given);
}
