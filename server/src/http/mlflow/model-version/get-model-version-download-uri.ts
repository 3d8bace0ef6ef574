import { missingParameter } from '../../../domain/key-rules.ts';
import { parseVersionNumber } from '../../../domain/model-version.ts';
import { getDownloadUri } from '../../../operations/model-version.ts';
import { door } from '../door.ts';
import { message, string } from '../proto-json.ts';

// MLflow: this handler has no schema; what is missing is found later, with shorter sentences.
const REQUEST = message({ name: string(), version: string() });

export const getModelVersionDownloadUriDoor = door(
  'getModelVersionDownloadUri',
  REQUEST,
  async (deps, actor, { name, version = '' }) => {
    if (!name) throw missingParameter('name');
    const uri = await getDownloadUri(deps, actor, { name, version: parseVersionNumber(version) });
    return { artifact_uri: uri ?? undefined };
  },
);
