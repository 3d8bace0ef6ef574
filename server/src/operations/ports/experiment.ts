import type { Experiment } from '../../domain/experiment.ts';
import type { LifecycleStage, ViewType } from '../../domain/lifecycle.ts';
import type { Page } from '../../domain/page.ts';
import type { NameScope } from '../../domain/permission.ts';
import type { ExperimentSearch } from '../../domain/search/experiment.ts';
import type { Tag } from '../../domain/tag.ts';
import type { SearchPage } from './registered-model.ts';

/** What is needed to make an experiment; `artifactLocation` null: below the artifact root, by its id. */
interface NewExperiment {
  readonly name: string;
  readonly artifactLocation: string | null;
  readonly tags: readonly Tag[];
}

/** Which experiments a search may show: names in `readable`, null is every name. */
export interface ExperimentScope {
  readonly view: ViewType;
  readonly readable: NameScope | null;
}

/** Deleted experiments are found, too, unless a method says otherwise. */
export interface ExperimentReader {
  /** The experiment with its tags, in one statement. */
  find(experimentId: number): Promise<Experiment | null>;
  /** The experiment with its tags, in one statement. */
  findByName(name: string): Promise<Experiment | null>;
  /** The names of those of the experiments that exist. */
  listNames(experimentIds: readonly number[]): Promise<{ experimentId: number; name: string }[]>;
  /** One page with tags, in one statement. */
  search(search: ExperimentSearch, scope: ExperimentScope, page: SearchPage): Promise<Page<Experiment>>;
}

export interface ExperimentWriter extends ExperimentReader {
  /** The new id, or null and nothing written when the name is taken (deleted experiments keep theirs). */
  insert(experiment: NewExperiment & { nowMs: number }): Promise<number | null>;
  /** False, and the unit of work is lost, when another experiment has the name. */
  rename(experimentId: number, name: string, nowMs: number): Promise<boolean>;
  setLifecycle(experimentId: number, stage: LifecycleStage, nowMs: number): Promise<void>;
  putTag(experimentId: number, tag: Tag): Promise<void>;
  /** False when there was no such tag. */
  deleteTag(experimentId: number, key: string): Promise<boolean>;
}
