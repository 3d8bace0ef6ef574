import { Refused } from './locations.ts';
import type { Setting } from './settings.ts';
import { parseFlag } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

const ROLE_NAMES = ['reader', 'writer', 'approver', 'admin'] as const;
type RoleName = (typeof ROLE_NAMES)[number];

/** Signing in at an identity provider (OpenID Connect). */
export const OIDC_SETTINGS = {
  oidcIssuer: setting({
    names: ['REGISTRY_OIDC_ISSUER'],
    accepts: 'an https:// URL without query, or an http:// one on this machine',
    meaning:
      'The identity provider; what it is and where its keys are is read from `.well-known/openid-configuration` below it.',
    parse: parseIssuer,
  }),
  oidcClientId: setting({
    names: ['REGISTRY_OIDC_CLIENT_ID'],
    accepts: 'the id that the provider knows this registry under',
    meaning:
      'For browsers, which come back to `<REGISTRY_BASE_URL>/api/v1/session/oidc/callback`. Without it browsers do not sign in.',
    parse: (text) => text,
  }),
  oidcClientSecret: setting({
    names: ['REGISTRY_OIDC_CLIENT_SECRET'],
    accepts: "the client's secret",
    meaning: 'Without it this registry is a public client, which PKCE alone protects.',
    secret: true,
    parse: (text) => text,
  }),
  oidcAudience: setting({
    names: ['REGISTRY_OIDC_AUDIENCE'],
    accepts: 'the audience of access tokens that are for this registry',
    meaning:
      'For programs, which send JWTs of the provider as `Authorization: Bearer`. Without it none is taken.',
    parse: (text) => text,
  }),
  oidcGroupsClaim: setting({
    names: ['REGISTRY_OIDC_GROUPS_CLAIM'],
    default: 'groups',
    accepts: 'the name of a claim, or the way to it, such as realm_access.roles',
    meaning: 'The claim that lists the groups of a person.',
    parse: (text) => text,
  }),
  oidcGroupRoles: setting<ReadonlyMap<string, RoleName>>({
    names: ['REGISTRY_OIDC_GROUP_ROLES'],
    default: '',
    accepts: `group=role, separated by commas, or a JSON object such as {"farm ops":"approver"}; a role is one of ${ROLE_NAMES.join(', ')}`,
    meaning:
      'Roles that members of groups have on all models and experiments. Narrower ones are granted to groups (`admin grant --group`).',
    parse: parseGroupRoles,
  }),
  oidcLocalSignIn: setting({
    names: ['REGISTRY_OIDC_LOCAL_SIGN_IN'],
    default: 'false',
    accepts: 'true or false',
    meaning:
      'With REGISTRY_AUTH=oidc: whether users of this registry may sign in with passwords, too, such as when the provider is away. API tokens are always good.',
    parse: parseFlag,
  }),
} as const;

function parseIssuer(text: string): URL {
  const url = new URL(text);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) throw new Error('not safe');
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new Error('more than an issuer');
  return url;
}

function parseGroupRoles(text: string): ReadonlyMap<string, RoleName> {
  const pairs = text.trimStart().startsWith('{') ? readObject(text) : readPairs(text);
  const roles = new Map<string, RoleName>();
  for (const [group, role] of pairs) {
    const known = ROLE_NAMES.find((name) => name === role);
    if (known === undefined || group === '') throw new Refused(`"${group}=${role}" is no role of a group`);
    if (roles.has(group)) throw new Refused(`the group "${group}" stands there twice`);
    roles.set(group, known);
  }
  return roles;
}

function readObject(text: string): (readonly [string, unknown])[] {
  return Object.entries(JSON.parse(text) as object);
}

/** The last `=` parts them: names of groups may have some (`CN=farm-ops`). */
function readPairs(text: string): (readonly [string, string])[] {
  return text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.lastIndexOf('=');
      return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()] as const;
    });
}
