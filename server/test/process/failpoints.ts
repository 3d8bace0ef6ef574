import type { StagedFile } from '../../src/operations/ports/artifact-store.ts';
import type { Deps, Writer } from '../../src/operations/ports.ts';

const LONG = 20;

/** Called at each step by its name; may not return. */
export type Step = (name: string) => void;

/**
 * Operations' parts with a step before and after everything that lasts:
 * `stage: begin | body | synced`, `publish: begin | renamed`, `remove files: begin | half | done`, `write: begin |
 * statement <n> | <noun>.<method> | before commit | committed`, of long ones (which those that servers write by themselves are not) also `write: long one before commit |
 * long one committed`, `hash`.
 */
export function withFailpoints(deps: Deps, step: Step): Deps {
  return {
    ...deps,
    artifacts: {
      ...deps.artifacts,
      async stage(path, body) {
        step('stage: begin');
        const staged = await deps.artifacts.stage(path, stepping(body, step));
        step('stage: synced');
        return steppingFile(staged, step);
      },
      async removeFiles(root, paths) {
        step('remove files: begin');
        await deps.artifacts.removeFiles(root, paths.slice(0, Math.floor(paths.length / 2)));
        step('remove files: half');
        await deps.artifacts.removeFiles(root, paths);
        step('remove files: done');
      },
    },
    store: {
      ...deps.store,
      async write(fn) {
        let statements = 0;
        const count = (name: string) => {
          statements += 1;
          step(name);
        };
        const result = await deps.store.write(async (writer) => {
          step('write: begin');
          const written = await fn(counting(writer, count));
          step('write: before commit');
          if (statements >= LONG) step('write: long one before commit');
          return written;
        });
        step('write: committed');
        if (statements >= LONG) step('write: long one committed');
        return result;
      },
    },
    digests: {
      ...deps.digests,
      sha256Stream(stream) {
        step('hash');
        return deps.digests.sha256Stream(stream);
      },
    },
  };
}

async function* stepping(body: AsyncIterable<Uint8Array>, step: Step): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk;
    step('stage: body');
  }
}

function steppingFile(staged: StagedFile, step: Step): StagedFile {
  return {
    ...staged,
    async publish() {
      step('publish: begin');
      const fingerprint = await staged.publish();
      step('publish: renamed');
      return fingerprint;
    },
  };
}

/** A step before each call of the writer, reads and writes alike. */
function counting(writer: Writer, step: Step): Writer {
  let count = 0;
  const nouns = new Proxy(writer, {
    get(target, noun) {
      const methods = Reflect.get(target, noun) as object;
      return new Proxy(methods, {
        get(of, name) {
          const method = Reflect.get(of, name) as unknown;
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => {
            count += 1;
            step(`write: statement ${count}`);
            step(`write: ${String(noun)}.${String(name)}`);
            return Reflect.apply(method, of, args);
          };
        },
      });
    },
  });
  return nouns;
}
