import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CheckpointContradicted,
  type CheckpointSink,
  checkpointFileName,
  newestCheckpointName,
} from '../operations/ports/checkpoint-sink.ts';

/** Checkpoints as files of a folder: `<size>.checkpoint`, never replaced. */
export function checkpointFolder(folder: string): CheckpointSink {
  return {
    name: folder,
    async keep(size, note) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, checkpointFileName(size));
      if (!(await makeWhole(path, note)) && (await readFile(path, 'utf8')) !== note)
        throw new CheckpointContradicted(size, folder);
    },
    async newest() {
      const name = newestCheckpointName(await namesIn(folder));
      return name === null ? null : readFile(join(folder, name), 'utf8');
    },
  };
}

/** Written beside it, then linked: a reader sees all of it or nothing. False when there is one. */
async function makeWhole(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${process.pid}`;
  const file = await open(beside, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
    await link(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await rm(beside, { force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
