import { listLoggedModelArtifacts } from '../../../operations/run-artifact.ts';
import { door } from '../door.ts';
import { message, pathParameter, string } from '../proto-json.ts';
import { renderFiles } from './render-artifact.ts';
import { parseFolder } from './request-path.ts';

const REQUEST = message({
  model_id: pathParameter(),
  artifact_directory_path: string(),
  page_token: string(),
});

export const listLoggedModelArtifactsDoor = door(
  'listLoggedModelArtifacts',
  REQUEST,
  async (deps, actor, input) => {
    const path = parseFolder(input.artifact_directory_path, 'artifact_directory_path');
    const { rootUri, files } = await listLoggedModelArtifacts(deps, actor, { modelId: input.model_id, path });
    return { root_uri: rootUri, files: renderFiles(files) };
  },
);
