/** Experiments and runs are deleted softly: the row stays, marked. */
export type LifecycleStage = 'active' | 'deleted';

/** Which of them a search shows. */
export type ViewType = 'active_only' | 'deleted_only' | 'all';

const STAGES = {
  active_only: ['active'],
  deleted_only: ['deleted'],
  all: ['active', 'deleted'],
} as const satisfies Record<ViewType, readonly LifecycleStage[]>;

/** The lifecycle stages that a view shows. */
export function stagesOf(view: ViewType): readonly LifecycleStage[] {
  return STAGES[view];
}
