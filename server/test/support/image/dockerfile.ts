/** One instruction: its name in capitals, and the rest of its lines as one. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** What a target is made of, and what a container of it gets. */
export interface Stage {
  readonly name: string;
  /** Another stage, or an image from elsewhere. */
  readonly from: string;
  /** In order. */
  readonly steps: readonly Step[];
  readonly labels: ReadonlyMap<string, string>;
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly user: string;
  readonly workdir: string;
  readonly healthcheck: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/** What changes files, and where and as whom it does. */
export type Step = { readonly workdir: string; readonly user: string } & (
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'workdir' }
  | {
      readonly kind: 'copy';
      readonly from: string | null;
      readonly owner: string;
      readonly sources: readonly string[];
      readonly target: string;
    }
);

type Draft = { -readonly [K in keyof Stage]: Stage[K] } & { args: Map<string, string> };

/**
 * The stages of a Dockerfile by name, as far as ours goes.
 * @throws Error at an instruction or a form that it does not know: what is not understood is not proved.
 */
export function parseDockerfile(text: string): ReadonlyMap<string, Stage> {
  const stages = new Map<string, Stage>();
  let stage: Draft | undefined;
  for (const { name, rest } of instructions(text)) {
    if (name === 'FROM') {
      const [, from = '', as = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      if (as === '') throw new Error(`a stage without a name: ${rest}`);
      stage = begin(as, from, stages.get(from));
      stages.set(as, stage);
    } else if (stage === undefined) throw new Error(`${name} before FROM`);
    else apply(stage, name, rest);
  }
  return stages;
}

function instructions(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}

/** A stage inherits what the one before it says, but for its arguments. */
function begin(name: string, from: string, parent: Stage | undefined): Draft {
  const inherited = parent ?? {
    labels: new Map(),
    exposed: [],
    volumes: [],
    env: new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']]),
    user: '0:0',
    workdir: '/',
    healthcheck: [],
    entrypoint: ['docker-entrypoint.sh'],
    command: ['node'],
  };
  return { ...inherited, name, from, steps: [], args: new Map() };
}

function apply(stage: Draft, name: string, rest: string): void {
  const { workdir, user } = stage;
  const at = { workdir, user };
  switch (name) {
    case 'ARG':
      stage.args = new Map([...stage.args, pair(rest)]);
      return;
    case 'LABEL':
      stage.labels = new Map([...stage.labels, ...pairs(rest, stage.args)]);
      return;
    case 'ENV':
      stage.env = new Map([...stage.env, ...pairs(rest, stage.args)]);
      return;
    case 'EXPOSE':
      stage.exposed = [...stage.exposed, rest];
      return;
    case 'VOLUME':
      stage.volumes = [...stage.volumes, ...list(rest)];
      return;
    case 'USER':
      stage.user = rest;
      return;
    case 'WORKDIR':
      stage.workdir = rest;
      stage.steps = [...stage.steps, { ...at, kind: 'workdir', workdir: rest }];
      return;
    case 'RUN':
      stage.steps = [...stage.steps, { ...at, kind: 'run', command: rest }];
      return;
    case 'COPY':
      stage.steps = [...stage.steps, { ...at, ...copy(rest) }];
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = list(rest.replace(/^(--\S+ +)*CMD +/, ''));
      return;
    case 'ENTRYPOINT':
      // It takes back the command that came with the image below.
      stage.entrypoint = list(rest);
      stage.command = [];
      return;
    case 'CMD':
      stage.command = list(rest);
      return;
    default:
      throw new Error(`unknown instruction ${name} ${rest}`);
  }
}

function copy(rest: string) {
  const words = rest.split(/ +/);
  const option = (name: string) =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;
  const paths = words.filter((word) => !word.startsWith('--'));
  const unknown = words.find((word) => word.startsWith('--') && !/^--(from|chown)=/.test(word));
  if (unknown !== undefined) throw new Error(`unknown option ${unknown} of COPY`);
  return {
    kind: 'copy' as const,
    from: option('from'),
    owner: option('chown') ?? '0:0',
    sources: paths.slice(0, -1),
    target: paths.at(-1) ?? '',
  };
}

/** Only the form that needs no shell. */
function list(text: string): string[] {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`not in exec form: ${text}`);
  return words.map(String);
}

function pairs(text: string, args: ReadonlyMap<string, string>): [string, string][] {
  const expanded = text.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => args.get(name) ?? '');
  return [...expanded.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)].map(([, key = '', a, b]) => [
    key,
    a ?? b ?? '',
  ]);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
