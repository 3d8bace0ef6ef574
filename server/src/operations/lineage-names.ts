import type { Actor } from '../domain/actor.ts';
import type { LineageNode } from '../domain/lineage.ts';
import { lineageNode } from '../domain/lineage.ts';
import { parseKeptVersionId, parseNodeId } from '../domain/lineage-edge.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource } from './experiment.ts';
import type { Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** Nodes by the ids by which they are kept, as the actor may see them; hidden ones are absent. */
export async function findNodes(
  reader: Reader,
  actor: Actor,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LineageNode>> {
  const models = await findModelNames(reader, ids);
  const named = (kind: string) =>
    [...ids].flatMap((id) => {
      const node = parseNodeId(id);
      return node?.kind === kind ? [node.name] : [];
    });
  const [runIds, loggedIds] = [named('run'), named('logged_model')];
  const runs = runIds.length === 0 ? new Map() : await reader.runs.experimentsOfRuns(runIds);
  const logged = loggedIds.length === 0 ? new Map() : await reader.runs.experimentsOfModels(loggedIds);
  const mayRead = (experiment: string | undefined) =>
    experiment === undefined || isPermitted(actor, 'read-metadata', experimentResource(experiment));
  const nodeOf = (id: string): LineageNode | null => {
    const version = parseKeptVersionId(id);
    if (version !== null) {
      const name = models.get(version.modelId);
      const isShown = name !== undefined && isPermitted(actor, 'read-metadata', modelResource(name));
      return isShown ? lineageNode('model_version', `${name}/${version.version}`) : null;
    }
    const node = parseNodeId(id);
    if (node === null) return null;
    const { kind, name } = node;
    // One that is not here is a claim, and no secret.
    if (kind === 'run' && !mayRead(runs.get(name))) return null;
    if (kind === 'logged_model' && !mayRead(logged.get(name))) return null;
    return lineageNode(kind, name);
  };
  return new Map(
    [...ids].flatMap((id) => {
      const node = nodeOf(id);
      return node === null ? [] : [[id, node] as const];
    }),
  );
}

/** Names of the models, also of those that are gone, by model id. */
async function findModelNames(
  reader: Reader,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const modelIds = new Set([...ids].flatMap((id) => parseKeptVersionId(id)?.modelId ?? []));
  return reader.versionRecords.namesOf([...modelIds]);
}
