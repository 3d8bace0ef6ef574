import type { ArtifactPath } from '../../domain/artifact-path.ts';
import type { Work } from '../../domain/author.ts';

/** Somebody who made a part of a version, and what they are called now. */
export interface Author {
  readonly subjectId: string;
  readonly name: string;
  /** Whoever answers for a service account: an author, too. */
  readonly ownerId: string | null;
}

export interface AuthorReader {
  /** By version number. One statement. */
  listOfVersions(
    modelId: string,
    versions: readonly number[],
  ): Promise<ReadonlyMap<number, readonly Author[]>>;
}

export interface AuthorWriter extends AuthorReader {
  /** Whoever is one already stays. */
  add(work: Work, subjectId: string): Promise<void>;
  /** The authors of the parts are authors of the work. */
  addThoseOf(work: Work, parts: readonly Work[]): Promise<void>;
  /** Whoever sent a file that lies at or below the path is an author of the work. */
  addSenders(work: Work, path: ArtifactPath): Promise<void>;
}
