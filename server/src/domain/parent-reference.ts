import type { Parent } from './version-record.ts';

/** A parent as it is written: `name`, `name/version` or `name@alias`, split at the last `/` or `@`. */
export interface ParentReference {
  /** All of it, which may be a name, too. */
  readonly text: string;
  readonly name: string;
  readonly selector:
    | { readonly by: 'none' }
    | { readonly by: 'version'; readonly text: string }
    | { readonly by: 'alias'; readonly alias: string };
}

export function parseParentReference(text: string): ParentReference {
  const at = Math.max(text.lastIndexOf('/'), text.lastIndexOf('@'));
  if (at < 0) return { text, name: text, selector: { by: 'none' } };
  const rest = text.slice(at + 1);
  return {
    text,
    name: text.slice(0, at),
    selector: text[at] === '/' ? { by: 'version', text: rest } : { by: 'alias', alias: rest },
  };
}

/** `name/version`, or the name of what is not held here. */
export function renderParent(parent: Parent): string {
  return parent.kind === 'external' ? parent.name : `${parent.name}/${parent.version}`;
}
