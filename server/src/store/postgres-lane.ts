import type { CompiledQuery } from 'kysely';
import type pg from 'pg';
import type { Answer, Send } from './postgres-query.ts';
import { isLost } from './postgres-session.ts';

/** Another lane is opened when each has so many look-ups under way. */
const CROWDED = 8;
/** A connection that was silent for longer may be cut on the way without a word. */
const IDLE_MS = 10_000;
/** A named statement that the server does not have: the one before it, which was to bring it, failed. */
const UNKNOWN_STATEMENT = '26000';

/** One connection that look-ups share. */
interface Lane {
  readonly client: Promise<pg.PoolClient>;
  underWay: number;
  readonly idle: NodeJS.Timeout;
}

interface Waiting {
  readonly query: CompiledQuery;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
}

export interface LookupLanes {
  send(query: CompiledQuery): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Look-ups by key share a few connections: those that come in one turn of the event loop go out in one write, and
 * their answers come in one read. With a connection for each, the writes alone cost more than all the rest.
 */
export function lookupLanes(pool: pg.Pool, most: number, send: Send): LookupLanes {
  const lanes = new Set<Lane>();
  let waiting: Waiting[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    const lane = pick();
    for (const { query, resolve } of batch) resolve(sendOn(lane, query));
  }

  /** The least crowded one. */
  function pick(): Lane {
    let best: Lane | undefined;
    for (const lane of lanes) if (best === undefined || lane.underWay < best.underWay) best = lane;
    return best === undefined || (best.underWay >= CROWDED && lanes.size < most) ? open() : best;
  }

  function open(): Lane {
    const lane: Lane = {
      client: pool.connect(),
      underWay: 0,
      idle: setTimeout(() => {
        if (lane.underWay === 0) drop(lane, false);
        else lane.idle.refresh();
      }, IDLE_MS).unref(),
    };
    lanes.add(lane);
    lane.client.then(
      // A connection that is cut fails its statements; unheard, the event would end the process.
      (client) => client.on('error', () => drop(lane, true)),
      () => forget(lane),
    );
    return lane;
  }

  function forget(lane: Lane): boolean {
    clearTimeout(lane.idle);
    return lanes.delete(lane);
  }

  function drop(lane: Lane, isBroken: boolean): void {
    if (forget(lane)) lane.client.then((client) => client.release(isBroken), ignore);
  }

  async function sendOn(lane: Lane, query: CompiledQuery): Promise<Answer> {
    lane.underWay += 1;
    lane.idle.refresh();
    try {
      const client = await lane.client;
      return await send(client, query).catch((error: { code?: unknown }) => {
        if (error.code === UNKNOWN_STATEMENT) return send(client, query);
        throw error;
      });
    } catch (error) {
      if (isLost(error)) drop(lane, true);
      throw error;
    } finally {
      lane.underWay -= 1;
    }
  }

  return {
    send: (query) =>
      new Promise((resolve) => {
        // What the other connections have asked by now goes out together.
        if (waiting.push({ query, resolve }) === 1) setImmediate(flush);
      }),
    async close() {
      for (const lane of lanes) drop(lane, false);
      await pool.end();
    },
  };
}

const ignore = (): void => undefined;
