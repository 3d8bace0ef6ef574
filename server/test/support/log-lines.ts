import { LOG_FIELDS } from '../../src/logging/fields.ts';

type Line = Readonly<Record<string, unknown>>;

/** Lines of the log, read and held to the schema. @throws when one is not as docs/logging.md says. */
export function readLog(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const read = JSON.parse(line) as Line;
      for (const [name, value] of Object.entries(read)) hold(line, name, value);
      for (const name of ['level', 'time', 'msg'])
        if (!(name in read)) throw new Error(`without ${name}: ${line}`);
      return read;
    });
}

function hold(line: string, name: string, value: unknown): void {
  const field = (LOG_FIELDS as Readonly<Record<string, { readonly treatment: string }>>)[name];
  if (field === undefined) throw new Error(`no field of the log is called ${name}: ${line}`);
  const isRight = {
    id: typeof value === 'string' && value.length <= 201,
    text: typeof value === 'string' && value.length <= 2_001,
    number: typeof value === 'number',
    address: typeof value === 'string',
    error:
      typeof value === 'object' &&
      Object.entries(value ?? {}).every(
        ([key, part]) => ['type', 'message', 'code', 'stack'].includes(key) && typeof part === 'string',
      ),
  }[field.treatment];
  if (!isRight) throw new Error(`${name} is no ${field.treatment}: ${line}`);
}
