/*
 * Requests that race each other for production, on one or two servers on the same data: two last votes at once, two
 * versions at once, edits of the policy, deletions, renames, rollbacks between. Each function throws at the first
 * answer that should not be.
 */

export interface Council {
  /** Where calls go in turn; once or twice the same server, or two. */
  readonly origins: readonly [string, string];
  readonly model: string;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is what the assertions make of it.
  readonly json: any;
}

interface Round {
  /** Asked for in this round, of another version each. */
  readonly requests: readonly { readonly id: string; readonly digest: string; readonly version: number }[];
}

const ROOT = { name: 'root', password: 'barn-owl-tractor-seven' };
const VOTERS = ['cia', 'dan'] as const;
const POLICY = 'council';

/** What a server needs for it. */
export const COUNCIL_SETTINGS = {
  REQUIRE_APPROVAL_FOR_PRODUCTION: 'true',
  REGISTRY_AUTH: 'local',
  REGISTRY_BOOTSTRAP_ADMIN: ROOT.name,
  REGISTRY_BOOTSTRAP_ADMIN_PASSWORD: ROOT.password,
};

async function call(
  origin: string,
  who: string,
  [method, path]: readonly [method: string, path: string],
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${who}:${ROOT.password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/${path}`, {
    method,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.status >= 500) throw new Error(`${method} ${path} by ${who}: ${answer.status} ${text}`);
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
}

async function callFine(...args: Parameters<typeof call>): Promise<Answer['json']> {
  const { status, json } = await call(...args);
  if (status >= 300) throw new Error(`${args[2].join(' ')} by ${args[1]}: ${status} ${JSON.stringify(json)}`);
  return json;
}

function policy(days: number): object {
  return {
    name: POLICY,
    applies_to: { models: ['council*'] },
    transitions: [
      { from: ['development'], to: 'staging' },
      {
        from: ['staging'],
        to: 'production',
        sealed: true,
        approvals: [{ required: 2, from: ['role:approver'] }],
        exclude: ['author', 'requester'],
        expires_after: `P${days}D`,
      },
      { from: ['production'], to: 'archived', by: ['role:approver'], reason: 'required' },
    ],
    exclusive: { production: { displaced_to: 'archived' } },
    aliases: { champion: { follows: 'stage:production' } },
    rollback_window: 'P30D',
  };
}

/** Once for the data: people, their roles, and the policy. */
export async function prepareCouncil(origin: string): Promise<void> {
  for (const [name, role] of Object.entries({ ada: 'writer', cia: 'approver', dan: 'approver' })) {
    const person = { name, kind: 'user', password: ROOT.password };
    const { user } = await callFine(origin, ROOT.name, ['POST', 'v1/users'], person);
    for (const resource of ['model', 'experiment']) {
      const grant = { user: user.id, role, resource, pattern: '*' };
      await callFine(origin, ROOT.name, ['POST', 'v1/grants'], grant);
    }
  }
  await callFine(origin, ROOT.name, ['PUT', `v1/policies/${POLICY}`], policy(14), { 'if-none-match': '*' });
}

/** Rounds of racing requests, while readers look through all servers; tells how many were executed. */
export async function raceRequests(council: Council, rounds: number): Promise<number> {
  let isOver = false;
  const watchers = council.origins.map(async (origin) => {
    while (!isOver) await look(council, origin);
  });
  // While nothing is in production the model can be deleted; the next round makes another of the name.
  const models = new Set<string>();
  const act = async () => {
    let executed = 0;
    for (let n = 0; n < rounds; n += 1) {
      executed += await playRound(council, n);
      models.add(await modelIdOf(council));
    }
    return executed;
  };
  const acting = act().finally(() => {
    isOver = true;
  });
  const [executed] = await Promise.all([acting, ...watchers]);
  await checkBooks(council, { executed, models });
  return executed;
}

/** Never two in production, and whoever is there has the alias. */
async function look({ model }: Council, origin: string): Promise<void> {
  const { status, json } = await call(origin, 'ada', ['GET', `v1/models/${model}/versions?stage=production`]);
  // It is called otherwise for a moment.
  if (status === 404) return;
  if (json.versions.length > 1) throw new Error(`${json.versions.length} versions are in production`);
  const aliases = json.versions.flatMap((version: { aliases: string[] }) => version.aliases);
  if (json.versions.length === 1 && !aliases.includes('champion'))
    throw new Error(`who is in production lacks the alias: ${JSON.stringify(json.versions)}`);
}

/** @returns how many requests were executed: one at most. */
async function playRound(council: Council, n: number): Promise<number> {
  const { origins } = council;
  const round: Round = { requests: [await ask(council, n), await ask(council, n + 1)] };
  const votes = round.requests.flatMap((request, r) =>
    VOTERS.map((who, v) => ({ who, request, origin: origins[(r + v) % 2] ?? origins[0] })),
  );
  const give = () =>
    votes.map(async ({ who, request: { id, digest }, origin }) => {
      const vote = { decision: 'approve', digest };
      const { status } = await call(origin, who, ['POST', `v1/transition-requests/${id}/votes`], vote);
      return { who, id, status };
    });
  // Who is first on the way is often first there.
  const first = n % 2 === 0 ? disturb(council, round, n) : [];
  const given = give();
  const then = n % 2 === 0 ? [] : disturb(council, round, n);
  const [cast] = await Promise.all([Promise.all(given), ...first, ...then]);
  let executed = 0;
  for (const { id } of round.requests) {
    const { request } = await callFine(origins[0], 'ada', ['GET', `v1/transition-requests/${id}`]);
    const counted = cast.filter((vote) => vote.id === id && vote.status === 200).map(({ who }) => who);
    const kept = request.votes.map((vote: { voter: { name: string } }) => vote.voter.name);
    if (counted.sort().join() !== kept.sort().join())
      throw new Error(`request ${id} has the votes of ${kept}, and ${counted} were told that theirs count`);
    if (request.state === 'executed' && kept.length < 2) throw new Error(`${id} was executed by one vote`);
    if (request.state === 'open' && kept.length === 2) throw new Error(`${id} has its votes and is open`);
    if (request.state === 'executed') executed += 1;
    if (request.state === 'open' || request.state === 'approved')
      await call(origins[1], 'ada', ['POST', `v1/transition-requests/${id}/withdraw`]);
  }
  if (executed > 1) throw new Error('two requests for one place were executed');
  return executed;
}

async function ask({ origins, model }: Council, n: number): Promise<Round['requests'][number]> {
  const origin = origins[n % 2] ?? origins[0];
  const registered = { model_name: model, model_type: 'custom' };
  const { version } = await callFine(origin, 'ada', ['POST', 'v1/models/register'], registered);
  const move = (stage: string) =>
    callFine(origin, 'ada', ['POST', 'v1/models/transition'], {
      model_name: model,
      version,
      new_stage: stage,
    });
  await move('staging');
  const { request } = await move('production');
  return { id: request.id, digest: request.digest, version };
}

/** What else happens meanwhile: another thing in each round, any answer below 500. */
function disturb({ origins, model }: Council, { requests }: Round, n: number): Promise<unknown>[] {
  const [one, two] = origins;
  const [first, second] = requests;
  const mlflow = (who: string, path: string, method: string, body: object) =>
    call(two, who, [method, `2.0/mlflow/${path}`], body);
  const disturbances: readonly (() => Promise<unknown>)[] = [
    () => call(one, 'cia', ['POST', `v1/transition-requests/${first?.id}/execute`]),
    () => call(two, 'ada', ['POST', `v1/transition-requests/${second?.id}/withdraw`]),
    async () => {
      const known = await fetchPolicy(one);
      const body = policy(7 + (n % 7));
      await call(one, ROOT.name, ['PUT', `v1/policies/${POLICY}`], body, { 'if-match': known });
    },
    () => call(two, 'cia', ['DELETE', `v1/models/${model}/versions/${first?.version}`]),
    () => call(two, ROOT.name, ['DELETE', `v1/models/${model}`]),
    async () => {
      const there = { name: model, new_name: `${model}-${n}` };
      const { status } = await mlflow(ROOT.name, 'registered-models/rename', 'POST', there);
      if (status === 200)
        await callFine(two, ROOT.name, ['POST', '2.0/mlflow/registered-models/rename'], {
          name: there.new_name,
          new_name: model,
        });
    },
    () => call(one, 'dan', ['POST', `v1/models/${model}/rollback`], { reason: 'counts are off' }),
    () =>
      mlflow('ada', 'registered-models/alias', 'POST', {
        name: model,
        alias: 'champion',
        version: String(second?.version),
      }),
    () => mlflow('dan', 'registered-models/alias', 'DELETE', { name: model, alias: 'champion' }),
    () =>
      call(two, 'cia', ['POST', 'v1/models/transition'], {
        model_name: model,
        version: first?.version,
        new_stage: 'archived',
        reason: 'changed my mind',
      }),
    () =>
      mlflow('ada', 'model-versions/set-tag', 'POST', {
        name: model,
        version: String(first?.version),
        key: 'note',
        value: String(n),
      }),
  ];
  const chosen = [n % disturbances.length, (n * 7 + 3) % disturbances.length];
  return [...new Set(chosen)].map((index) => disturbances[index]?.() ?? Promise.resolve());
}

async function fetchPolicy(origin: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`ada:${ROOT.password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/v1/policies/${POLICY}`, { headers: { authorization } });
  return answer.headers.get('etag') ?? '';
}

interface Stay {
  readonly version: number;
  readonly from: string;
  readonly to: string | null;
  readonly origin: string;
  readonly request_id: string | null;
}

/** History, requests and the audit log tell of the same executions; nobody was in production beside another. */
async function checkBooks(
  council: Council,
  { executed, models }: { readonly executed: number; readonly models: ReadonlySet<string> },
): Promise<void> {
  const stays: Stay[] = [];
  for (const modelId of models) {
    stays.push(...(await everyStay(council, modelId, 'stage:production')));
    for (const slot of ['stage:production', 'alias:champion'])
      requireApart(slot, await everyStay(council, modelId, slot));
  }
  const byRequest = stays.filter(({ origin }) => origin === 'request');
  if (byRequest.length !== executed || new Set(byRequest.map((stay) => stay.request_id)).size !== executed)
    throw new Error(`${executed} requests were executed, and ${byRequest.length} stays began by one`);
  const events = await everyExecution(council);
  if (events !== executed) throw new Error(`${executed} were executed, and the audit log has ${events}`);
}

function requireApart(slot: string, stays: readonly Stay[]): void {
  for (const [index, stay] of stays.entries()) {
    const next = stays[index - 1];
    if (next !== undefined && (stay.to === null || stay.to > next.from))
      throw new Error(`${slot}: ${JSON.stringify(stay)} overlaps ${JSON.stringify(next)}`);
  }
}

/** Of the model that has the name, or was the last that had it. */
async function modelIdOf({ origins, model }: Council): Promise<string> {
  const path = `v1/models/${model}/history?slot=stage:production&limit=1`;
  return (await callFine(origins[0], 'ada', ['GET', path])).model_id;
}

/** Newest first. */
async function everyStay({ origins, model }: Council, modelId: string, slot: string): Promise<Stay[]> {
  const stays: Stay[] = [];
  let more = '';
  do {
    const path = `v1/models/${model}/history?model_id=${modelId}&slot=${slot}&limit=1000${more}`;
    const page = await callFine(origins[0], 'ada', ['GET', path]);
    stays.push(...page.intervals);
    more = page.next_page_token === undefined ? '' : `&page_token=${page.next_page_token}`;
  } while (more !== '');
  return stays;
}

/** Of whatever model: events keep the name that it had. */
async function everyExecution({ origins }: Council): Promise<number> {
  let count = 0;
  let more = '';
  do {
    const path = `v1/audit/events?action=transition_request.execute&limit=1000${more}`;
    const page = await callFine(origins[0], ROOT.name, ['GET', path]);
    count += page.events.length;
    more = page.next_page_token === undefined ? '' : `&page_token=${page.next_page_token}`;
  } while (more !== '');
  return count;
}
