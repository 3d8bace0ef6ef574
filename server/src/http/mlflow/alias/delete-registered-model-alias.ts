import { deleteAlias } from '../../../operations/alias.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), alias: requiredString() });

export const deleteRegisteredModelAliasDoor = door(
  'deleteRegisteredModelAlias',
  REQUEST,
  (deps, actor, input) => deleteAlias(deps, actor, input),
);
