import type { Tag } from '../../domain/tag.ts';
import { message, string } from './proto-json.ts';

/** A tag in a request; MLflow's messages allow both parts to be unset. */
export const TAG = message({ key: string(), value: string() });

/** Unset parts are empty texts, as protobuf reads them. */
export function toTags(tags: readonly { key: string | undefined; value: string | undefined }[]): Tag[] {
  return tags.map(({ key, value }) => ({ key: key ?? '', value: value ?? '' }));
}
