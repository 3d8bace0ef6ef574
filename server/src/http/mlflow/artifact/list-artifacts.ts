import { listRunArtifacts } from '../../../operations/run-artifact.ts';
import { door } from '../door.ts';
import { message, requiredRunId, string } from '../proto-json.ts';
import { renderFiles } from './render-artifact.ts';
import { parseFolder } from './request-path.ts';

const REQUEST = message({ run_id: requiredRunId(), path: string(), page_token: string() });

export const listArtifactsDoor = door('listArtifacts', REQUEST, async (deps, actor, input) => {
  const path = parseFolder(input.path, 'path');
  const { rootUri, files } = await listRunArtifacts(deps, actor, { runId: input.run_id, path });
  return { root_uri: rootUri, files: renderFiles(files) };
});
