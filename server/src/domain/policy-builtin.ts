import type { Policy } from './policy.ts';
import { parsePolicy } from './policy-document.ts';
import { STAGES } from './stage.ts';

const APPROVER = ['role:approver'];

/** What governs unless something else does (v1-api section 3). */
export const GUARDED_DOCUMENT = {
  name: 'guarded',
  kind: 'model',
  applies_to: { models: ['*'] },
  transitions: [
    { from: ['development'], to: 'staging' },
    { from: ['staging'], to: 'development' },
    { from: ['development', 'staging'], to: 'archived' },
    { from: ['archived'], to: 'staging' },
    {
      from: ['staging'],
      to: 'production',
      sealed: true,
      approvals: [{ required: 1, from: APPROVER }],
      exclude: ['author', 'requester'],
      expires_after: 'P14D',
      execute: 'on_approval',
    },
    { from: ['production'], to: 'archived', by: APPROVER, reason: 'required' },
    { from: ['production'], to: 'staging', by: APPROVER, reason: 'required' },
    { from: ['development', 'staging', 'archived'], to: 'deprecated', by: APPROVER },
    { from: ['deprecated'], to: 'archived', by: APPROVER },
  ],
  exclusive: { production: { displaced_to: 'archived' } },
  aliases: { champion: { follows: 'stage:production' } },
  rollback_window: 'P30D',
} as const;

/** Every change at once, as MLflow behaves. */
const OPEN_DOCUMENT = {
  name: 'open',
  kind: 'model',
  applies_to: { models: ['*'] },
  transitions: STAGES.map((to) => ({ from: STAGES.filter((from) => from !== to), to })),
} as const;

export const GUARDED: Policy = builtIn(GUARDED_DOCUMENT);
export const OPEN: Policy = builtIn(OPEN_DOCUMENT);

/** As they are shown. */
export const BUILT_IN_DOCUMENTS: ReadonlyMap<string, object> = new Map<string, object>([
  ['guarded', GUARDED_DOCUMENT],
  ['open', OPEN_DOCUMENT],
]);

/** Names that no policy of anybody's may have. */
export const BUILT_IN: ReadonlyMap<string, Policy> = new Map([
  ['guarded', GUARDED],
  ['open', OPEN],
]);

function builtIn(document: object): Policy {
  const { policy, problems } = parsePolicy(document);
  if (policy === null) throw new Error(`a built-in policy is wrong: ${JSON.stringify(problems)}`);
  return policy;
}
