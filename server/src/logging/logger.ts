import { type DestinationStream, type Logger, pino } from 'pino';
import { redact, redactText } from './redaction.ts';

export interface LoggerOptions {
  readonly level: string;
  /** What every line says besides, such as the trace that it is part of. */
  readonly mixin?: () => Readonly<Record<string, string>>;
  /** Instead of standard output. */
  readonly destination?: DestinationStream;
}

/** The log: JSON, a line each, with the fields of `fields.ts` and no others. */
export function createLogger({ level, mixin, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redact },
    // Errors are described by `redact`; pino's own way writes whatever hangs on them.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...args: unknown[]) => void) {
        method.apply(this, sentences(args));
      },
    },
    ...(mixin === undefined ? {} : { mixin }),
  };
  return onlyKnown(destination === undefined ? pino(options) : pino(options, destination));
}

/** The arguments with their texts masked. Of an error without a text pino would take its message as it is. */
function sentences(args: readonly unknown[]): unknown[] {
  const [first] = args;
  const error = first instanceof Error ? first : (first as { readonly err?: unknown } | null)?.err;
  const all = args.length === 1 && error instanceof Error ? [first, error.message] : args;
  return all.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg));
}

/** What a child of the log says on each of its lines goes past pino's formatters. */
function onlyKnown(logger: Logger): Logger {
  const { child } = logger;
  logger.child = function known(this: Logger, bindings: Record<string, unknown>, options?: object) {
    return child.call(this, redact(bindings), options);
  } as typeof child;
  return logger;
}

const MORE = 'debug';

/** Switches between the level of the settings and DEBUG; the line that says so is always written. */
export function toggleLevel(logger: Logger, configured: string): void {
  const next = logger.level === MORE ? configured : MORE;
  logger.level = MORE;
  logger.info(`the log level is ${next.toUpperCase()} now`);
  logger.level = next;
}
