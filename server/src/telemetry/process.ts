import { readdir, readFile } from 'node:fs/promises';
import type { FigureKey } from './figures.ts';

/** What the system says of this process; what it does not say is missing. */
export async function processFigures(): Promise<Partial<Record<FigureKey, number>>> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const [openFiles, mostFiles] = await Promise.all([countFiles(), limitOfFiles()]);
  return {
    cpu: (user + system) / 1e6,
    startTime: performance.timeOrigin / 1_000,
    residentMemory: rss,
    heapUsed,
    heapTotal,
    externalMemory: external,
    ...(openFiles === null ? {} : { openFiles }),
    ...(mostFiles === null ? {} : { mostFiles }),
  };
}

/** Only Linux has the folder; one of them is the folder itself. */
async function countFiles(): Promise<number | null> {
  return readdir('/proc/self/fd').then(
    (names) => names.length - 1,
    () => null,
  );
}

async function limitOfFiles(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files +([0-9]+)/m.exec(limits)?.[1];
  return soft === undefined ? null : Number(soft);
}
