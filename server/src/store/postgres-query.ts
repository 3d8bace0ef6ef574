import type { Writable } from 'node:stream';
import type { CompiledQuery } from 'kysely';
import pg from 'pg';
import { kindOf, type OnStatement } from './dialect.ts';

/** What a statement gave. Rows that two statements of a script gave stand together. */
export interface Answer {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

/** A column of an answer. */
interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** Of the driver's connection, what a statement needs. */
interface Wire {
  readonly stream: Writable;
  /** Texts by name: what the server has, and what it was sent. */
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  query(text: string): void;
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: (string | Buffer | null)[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: Record<string, never>): void;
  sync(): void;
}

interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

type Callback = (error: unknown, answer?: Answer) => void;
type Parsers = (oid: number) => (text: string) => unknown;

/** The columns that a named statement gives, by name, of each connection: they are asked for once. */
const known = new WeakMap<object, Map<string, readonly Column[]>>();

/**
 * One statement on its way through the driver, in place of the driver's own `Query`, which asks the server to
 * describe every answer anew and writes each statement to the socket by itself: several times the cost of a
 * look-up by key. Values travel as text.
 */
class LeanQuery extends pg.Query {
  callback: Callback | undefined;
  readonly name: string;
  readonly text: string;
  readonly #values: readonly unknown[];
  readonly #parsers: Parsers;
  #columns: readonly Column[] | undefined;
  /** Where the columns are noted when the server has told them. */
  #noteIn: Map<string, readonly Column[]> | undefined;
  readonly #rows: unknown[] = [];
  #command = '';
  #failure: unknown;

  constructor(statement: { text: string; values: readonly unknown[]; name: string }, parsers: Parsers) {
    super('');
    this.text = statement.text;
    this.#values = statement.values;
    this.name = statement.name;
    this.#parsers = parsers;
  }

  override readonly submit = (connection: unknown): Error | null => {
    const wire = connection as Wire;
    sendTogether(wire.stream);
    if (this.#values.length === 0) {
      wire.query(this.text);
      return null;
    }
    const values = this.#values.map(toWire);
    const { name } = this;
    const isParsed =
      name !== '' && (wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]) !== undefined;
    if (!isParsed) {
      wire.parse({ text: this.text, name });
      if (name !== '') wire.submittedNamedStatements[name] = this.text;
    }
    wire.bind({ statement: name, values });
    this.#columns = isParsed ? columnsOf(wire).get(name) : undefined;
    if (this.#columns === undefined) {
      if (name !== '') this.#noteIn = columnsOf(wire);
      wire.describe({ type: 'P', name: '' });
    }
    wire.execute({});
    wire.sync();
    return null;
  };

  handleRowDescription({ fields }: RowDescription): void {
    this.#columns = fields.map((field) => ({ name: field.name, parse: this.#parsers(field.dataTypeID) }));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const columns = this.#columns ?? [];
    try {
      for (let index = 0; index < columns.length; index += 1) {
        const { name, parse } = columns[index] as Column;
        const value = fields[index] ?? null;
        row[name] = value === null ? null : parse(value);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#failure = error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#command = text;
    // What gives no rows is not described by any: that is known now, too.
    this.#noteIn?.set(this.name, this.#columns ?? []);
  }

  handleEmptyQuery(): void {}

  handleError(error: unknown): void {
    this.callback?.(error);
  }

  handleReadyForQuery(): void {
    if (this.#failure !== undefined) {
      this.callback?.(this.#failure);
      return;
    }
    const [command = '', ...counts] = this.#command.split(' ');
    const count = counts.at(-1);
    this.callback?.(null, {
      command,
      rowCount: count === undefined || Number.isNaN(Number(count)) ? null : Number(count),
      rows: this.#rows,
    });
  }
}

/** Statements that are sent in one turn of the event loop go out in one write: a write costs more than the rest. */
function sendTogether(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function columnsOf(wire: Wire): Map<string, readonly Column[]> {
  const columns = known.get(wire) ?? new Map<string, readonly Column[]>();
  known.set(wire, columns);
  return columns;
}

function toWire(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'object') throw new Error('a statement holds a value that is no scalar');
  return String(value);
}

/** Sends one statement on a connection. */
export type Send = (on: pg.PoolClient, query: CompiledQuery) => Promise<Answer>;

/** How statements are named, so that the server plans each text once a connection, and how answers are read. */
export function leanSender(nameOf: (text: string) => string | undefined, parsers: Parsers): Send {
  return (on, { sql: text, parameters }) => {
    const name = (parameters.length > 0 ? nameOf(text) : undefined) ?? '';
    const query = new LeanQuery({ text, values: parameters, name }, parsers);
    return new Promise((resolve, reject) => {
      query.callback = (error, answer) => (answer === undefined ? reject(error) : resolve(answer));
      on.query(query);
    });
  };
}

/** The same, telling how long each took, from its sending to its answer. A commit is what ends a transaction, either way. */
export function timedSender(send: Send, onStatement: OnStatement): Send {
  return (on, query) => {
    const startedAtMs = performance.now();
    const text = query.sql;
    const kind = text === 'COMMIT' || text === 'ROLLBACK' ? 'commit' : kindOf(text);
    const end = () => onStatement(kind, (performance.now() - startedAtMs) / 1_000);
    const sent = send(on, query);
    sent.then(end, end);
    return sent;
  };
}
