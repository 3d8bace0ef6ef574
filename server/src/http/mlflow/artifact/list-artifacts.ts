import { parseArtifactPath } from '../../../domain/artifact-path.ts';
import { invalidArgument } from '../../../domain/errors.ts';
import { listRunArtifacts } from '../../../operations/run-artifact.ts';
import { door } from '../door.ts';
import { message, requiredRunId, string } from '../proto-json.ts';
import { renderFiles } from './render-artifact.ts';

/** What is no escape at all in a URL; a query's reader leaves it standing, as it does a lone percent sign. */
const UNICODE_ESCAPE = /%u[0-9a-f]{4}/i;

const REQUEST = message({ run_id: requiredRunId(), path: string(), page_token: string() });

export const listArtifactsDoor = door('listArtifacts', REQUEST, async (deps, actor, input) => {
  if (UNICODE_ESCAPE.test(input.path ?? '')) throw invalidArgument('Invalid path', 'path');
  const path = input.path ? parseArtifactPath(input.path) : null;
  const { rootUri, files } = await listRunArtifacts(deps, actor, { runId: input.run_id, path });
  return { root_uri: rootUri, files: renderFiles(files) };
});
