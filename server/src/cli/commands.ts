import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { CommandDeps, ProofTools, Told } from './command.ts';

/** Opens what a command works with; closed afterwards. */
export type OpenDeps = (needs: {
  readonly readsFiles: boolean;
}) => Promise<{ readonly deps: CommandDeps; readonly close: () => Promise<void> }>;

type Options = Record<string, string | true | undefined>;

/** Adds `admin …`, `audit …`, `compare` and `retention …`. What they do is loaded when they are asked for: a server needs none of it. */
export function addCommands(program: Command, open: OpenDeps, tools: ProofTools): void {
  addAdmin(
    program.command('admin').description('make accounts, tokens and grants in the database of the settings'),
    open,
  );
  addCompare(program, open);
  addRetention(
    program.command('retention').description('plan what goes because its time has run out, and do it'),
    open,
  );
  addAudit(program.command('audit').description('verify or export the log of what happened'), open, tools);
}

function addAdmin(admin: Command, open: OpenDeps): void {
  const load = () => import('./admin.ts');
  const add = (
    usage: string,
    description: string,
    run: (deps: CommandDeps, argument: string, options: Options) => Promise<Told>,
  ) =>
    admin
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .action((...given: unknown[]) => {
        const [argument, options] = typeof given[0] === 'string' ? [given[0], given[1]] : ['', given[0]];
        return withDeps(open, options as Options, (deps) => run(deps, argument, options as Options));
      });

  add('create-user <name>', 'make a user or a service account', async (deps, name, options) =>
    (await load()).createUser(deps, { ...options, name, password: passwordOf(options) } as never),
  )
    .option('--role <role>', 'reader, writer, approver or admin, on models and experiments')
    .option('--models <pattern>', 'the names that the role is for (default: *)')
    .option('--password-stdin', 'read the password of a user from standard input')
    .option('--service-account', 'make a service account, which has tokens and no password')
    .option('--owner <user>', 'who answers for the service account');
  add(
    'create-token',
    'make an API token; its secret is the last line, and shown only now',
    async (deps, _, options) => (await load()).createToken(deps, options as never),
  )
    .requiredOption('--user <name>', 'whose')
    .option('--name <text>', 'what it is for')
    .option('--scopes <list>', 'of read, write, approve, admin (default: read,write)')
    .option('--models <pattern>', 'only for models and experiments with such names')
    .option('--expires-in <duration>', 'such as 30m, 12h, 90d (default: 90d)');
  add('revoke-token <id>', 'revoke a token, by its id or by what its secret begins with', async (deps, id) =>
    (await load()).revokeToken(deps, id),
  );
  add('disable-user <name>', 'disable an account: it is signed out, and its tokens end', async (deps, name) =>
    (await load()).disableUser(deps, name),
  );
  add('set-password <name>', 'give a user another password', async (deps, name, options) =>
    (await load()).setPassword(deps, name, passwordOf(options) ?? ''),
  ).requiredOption('--password-stdin', 'read it from standard input');
  add('grant', 'give a role on the models or experiments with such names', async (deps, _, options) =>
    (await load()).grant(deps, options as never),
  )
    .option('--user <name>', 'to whom')
    .option('--group <name>', 'or to which group')
    .requiredOption('--role <role>', 'reader, writer, approver or admin')
    .option('--models <pattern>', 'names of models; * is any run of characters')
    .option('--experiments <pattern>', 'names of experiments');
  add('list-grants', 'say who was granted what', async (deps) => (await load()).showGrants(deps));
}

function addCompare(program: Command, open: OpenDeps): void {
  program
    .command('compare <name> <version1> [version2]')
    .description('compare two versions of a model, or one with the version in production')
    .option('--format <format>', 'table, markdown or csv (default: table)')
    .option('--json', 'print JSON: verdict and rows')
    .action(async (name: string, version1: string, version2: string | undefined, options: Options) => {
      const { compare } = await import('./compare.ts');
      const input = {
        name,
        version1,
        version2: version2 ?? null,
        format: String(options['format'] ?? 'table'),
      };
      return withDeps(open, options, (deps) => compare(deps, input), { readsFiles: true });
    });
}

function addRetention(retention: Command, open: OpenDeps): void {
  const load = () => import('./retention.ts');
  retention
    .command('plan')
    .description('say what would be archived and purged now, and what stays and why')
    .option('--json', 'print JSON')
    .action(async (options: Options) => withDeps(open, options, async (deps) => (await load()).plan(deps)));
  retention
    .command('apply <plan> <digest>')
    .description('do what a plan says; exit code 1 when some of it was left out')
    .option('--override-cap <reason>', 'take more than RETENTION_MAX_SHARE allows, and why')
    .option('--json', 'print JSON')
    .action(async (planId: string, digest: string, options: Options) => {
      const { overrideCap } = options;
      const overrideReason = typeof overrideCap === 'string' ? overrideCap : null;
      const run = async (deps: CommandDeps) => (await load()).apply(deps, { planId, digest, overrideReason });
      // What leaves development is frozen.
      await withDeps(open, options, run, { readsFiles: true });
    });
}

function addAudit(audit: Command, open: OpenDeps, tools: ProofTools): void {
  const load = () => import('./audit.ts');
  audit
    .command('verify')
    .description('say whether the log is what was signed')
    .option('--export <file>', 'an export instead of the database of the settings')
    .option('--public-key <file>', 'the key that signed it (default: that of the settings)')
    .option('--checkpoint <file>', 'a checkpoint that was kept elsewhere (default: the newest one)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit code 0: verified. 1: "first bad seq N: reason". 2: could not run.')
    .action(async (options: Options) => {
      const { verifyDatabase, verifyExport } = await load();
      const given = options as Record<string, string>;
      const { export: file } = given;
      if (file !== undefined) return tell(await verifyExport(tools, { ...given, export: file }), options);
      return withDeps(open, options, (deps) => verifyDatabase(tools, deps, given));
    });
  audit
    .command('export')
    .description('print the whole log as lines of JSON')
    .option('--public-key-out <file>', 'write the public key into a file, too')
    .option('--json', 'the same: an export is JSON')
    .action(async ({ publicKeyOut }: Options) => {
      const { deps, close } = await open({ readsFiles: false });
      try {
        const { exportLog, writePublicKey } = await load();
        if (typeof publicKeyOut === 'string') writePublicKey(deps, publicKeyOut);
        for await (const line of exportLog(deps))
          if (!process.stdout.write(line))
            await new Promise((resolve) => process.stdout.once('drain', resolve));
      } finally {
        await close();
      }
    });
}

async function withDeps(
  open: OpenDeps,
  options: Options,
  run: (deps: CommandDeps) => Promise<Told>,
  needs: { readonly readsFiles: boolean } = { readsFiles: false },
): Promise<void> {
  const { deps, close } = await open(needs);
  try {
    tell(await run(deps), options);
  } finally {
    await close();
  }
}

function tell(told: Told, { json }: Options): void {
  process.stdout.write(
    json === true
      ? `${JSON.stringify(told.json, null, 2)}\n`
      : told.lines.map((line) => `${line}\n`).join(''),
  );
  process.exitCode = told.exitCode ?? 0;
}

/** One line of standard input, without what ends it. */
function passwordOf({ passwordStdin }: Options): string | null {
  return passwordStdin === true ? readFileSync(0, 'utf8').replace(/\r?\n$/, '') : null;
}
