import type { FastifyInstance, RouteOptions } from 'fastify';

interface KnownPath {
  /** Segments of the path; null where a parameter stands, `*` for the rest. */
  readonly segments: readonly (string | null)[];
  readonly methods: Set<string>;
}

/** The methods that a path (without its query) answers, in their order; none when no route has the path. */
export type AllowedMethods = (path: string) => string[];

/** Remembers the routes that are added to `app` from now on. */
export function collectPaths(app: FastifyInstance): AllowedMethods {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', (route) => remember(known, route));
  return (path) => allowedMethods(known, path);
}

function remember(known: Map<string, KnownPath>, { url, method }: RouteOptions): void {
  const entry = known.get(url) ?? { segments: patternOf(url), methods: new Set<string>() };
  for (const one of [method].flat()) entry.methods.add(one);
  known.set(url, entry);
}

function patternOf(url: string): (string | null)[] {
  return url.split('/').map((segment) => (segment.startsWith(':') ? null : segment));
}

function allowedMethods(known: ReadonlyMap<string, KnownPath>, path: string): string[] {
  const segments = path.split('/');
  const fits = [...known.values()].filter(
    ({ segments: pattern }) =>
      (pattern.at(-1) === '*' ? segments.length >= pattern.length : segments.length === pattern.length) &&
      pattern.every((part, index) => part === null || part === '*' || part === segments[index]),
  );
  return [...new Set(fits.flatMap(({ methods }) => [...methods]))].sort();
}
