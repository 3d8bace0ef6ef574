import type { ViewType } from '../../domain/lifecycle.ts';
import { enumeration, type Field, withDefault } from './proto-json.ts';

const NUMBERS = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const;
const VIEWS = {
  ACTIVE_ONLY: 'active_only',
  DELETED_ONLY: 'deleted_only',
  ALL: 'all',
} as const satisfies Record<keyof typeof NUMBERS, ViewType>;

/** MLflow's enum `ViewType`; unset is the active ones. */
export function viewType(): Field<keyof typeof NUMBERS> {
  return withDefault(enumeration(NUMBERS), 'ACTIVE_ONLY');
}

/** Wire → domain. */
export function toViewType(name: keyof typeof NUMBERS): ViewType {
  return VIEWS[name];
}
