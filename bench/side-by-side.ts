import { closedLoop, type Measured, percentile, together } from './closed-loop.ts';
import type { Scenario } from './scenarios.ts';
import type { ServerProcess } from './server-process.ts';

export interface Contest {
  readonly ours: ServerProcess;
  /** Null: ours alone. */
  readonly mlflow: ServerProcess | null;
  readonly connections: number;
  /** For each server and row. */
  readonly seconds: number;
}

const ROUNDS = 3;
const WARM_UP_SECONDS = 2;

/** Ours and MLflow by turns, so that what else the machine does hits both. Prints one line. */
export async function sideBySide(contest: Contest, scenario: Scenario): Promise<void> {
  const { ours, mlflow, connections } = contest;
  const load = { connections, seconds: contest.seconds / ROUNDS, request: scenario.request };
  const servers = mlflow === null ? [ours] : [ours, mlflow];
  const parts = servers.map((): Measured[] => []);
  const cpuMs = servers.map(() => 0);
  for (const { origin } of servers) await closedLoop({ ...load, origin, seconds: WARM_UP_SECONDS });
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [i, server] of servers.entries()) {
      const before = server.cpuMs();
      parts[i]?.push(await closedLoop({ ...load, origin: server.origin }));
      cpuMs[i] = (cpuMs[i] ?? 0) + server.cpuMs() - before;
    }
  const [our = together([]), their] = parts.map(together);
  console.log(line(scenario, connections, { our, their, cpuMs }));
}

/** The first line of the table. */
export const HEADER = [
  'row                            conn',
  'ours/s   p50 ms   p99 ms  cpu us',
  'MLflow/s   p50 ms   p99 ms  cpu us',
  'ratio  budget',
].join('  | ');

interface Result {
  readonly our: Measured;
  readonly their: Measured | undefined;
  readonly cpuMs: readonly number[];
}

function line(
  { name, budget, isRead }: Scenario,
  connections: number,
  { our, their, cpuMs }: Result,
): string {
  const row = `${name.padEnd(30)} ${String(connections).padStart(4)}  | ${columns(our, cpuMs[0])}`;
  if (their === undefined) return row;
  const ratio = perSecond(our) / perSecond(their);
  const isQuick = !isRead || percentile(our, 0.99) < percentile(their, 0.5);
  const verdict =
    connections < 16
      ? ''
      : `${ratio >= budget && isQuick ? 'met' : 'missed'} (${budget}${isRead ? ', p99' : ''})`;
  return `${row}  | ${columns(their, cpuMs[1], 2)}  | ${ratio.toFixed(1).padStart(5)}  ${verdict}`;
}

function columns(measured: Measured, cpuMs = 0, extra = 0): string {
  const perRequestUs = (cpuMs * 1000) / Math.max(1, measured.requests);
  const text = [
    perSecond(measured)
      .toFixed(measured.requests > 999 ? 0 : 1)
      .padStart(6 + extra),
    percentile(measured, 0.5).toFixed(2).padStart(8),
    percentile(measured, 0.99).toFixed(2).padStart(8),
    perRequestUs.toFixed(0).padStart(7),
  ].join(' ');
  return measured.errors === 0 ? text : `${text} (${measured.errors} errors)`;
}

function perSecond({ requests, seconds }: Measured): number {
  return requests / seconds;
}
