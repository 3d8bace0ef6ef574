import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Rule {
  readonly includes: boolean;
  readonly matches: RegExp;
}

/** Paths of the files of a folder that its `.dockerignore` lets through to the builder, relative, sorted. */
export function buildContext(folder: string): string[] {
  const rules = parseDockerignore(readFileSync(join(folder, '.dockerignore'), 'utf8'));
  // An excluded folder is entered where a rule below may let something of it in again.
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, ''))
    .filter((path) => isLetThrough(path, rules))
    .sort();
}

/** The last rule that matches the path, or a folder that it lies in, decides. */
export function isLetThrough(path: string, rules: readonly Rule[]): boolean {
  const segments = path.split('/');
  const itself = segments.map((_segment, at) => segments.slice(0, at + 1).join('/'));
  const last = rules.findLast(({ matches }) => itself.some((part) => matches.test(part)));
  return last === undefined || last.includes;
}

/** `*` and `?` stay within a segment, `**` crosses them, `!` lets in again. */
export function parseDockerignore(text: string): Rule[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const includes = line.startsWith('!');
      const source = (includes ? line.slice(1) : line)
        .replaceAll(/[.+^$()|[\]\\]/g, '\\$&')
        .replaceAll('**/', '\0')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')
        .replaceAll('\0', '(?:.*/)?');
      return { includes, matches: new RegExp(`^${source}$`) };
    });
}
