import type { Tracer } from '../operations/ports/tracer.ts';
import type { Store } from '../operations/ports.ts';
import { WRITES } from './attributes.ts';

/** The same store, with a span for each unit of work. `system`: as OpenTelemetry calls the database. */
export function tracedStore(store: Store, tracer: Tracer, system: 'sqlite' | 'postgresql'): Store {
  const about = (attributes: Readonly<Record<string, string>>) =>
    ({ kind: 'internal', attributes: { 'db.system.name': system, ...attributes } }) as const;
  const reading = about({});
  const writing = about({ [WRITES]: 'true' });
  return {
    ...store,
    read: (fn) => tracer.span('unit of work: read', reading, () => store.read(fn)),
    write: (fn) => tracer.span('unit of work: write', writing, () => store.write(fn)),
  };
}
