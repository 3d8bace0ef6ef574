import { readFileSync } from 'node:fs';

/** Memory that a process holds, in MiB. Linux. */
export function residentMib(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}
