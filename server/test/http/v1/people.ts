import { expect } from 'vitest';
import { type Actor, LOCAL_ACTOR, type Role } from '../../../src/domain/actor.ts';
import { createGrant } from '../../../src/operations/grant.ts';
import { createSubject } from '../../../src/operations/subject.ts';
import type { TestApp } from '../../support/app.ts';

interface Person {
  readonly role: Role;
  readonly groups?: readonly string[];
  /** Makes a service account of it. */
  readonly owner?: string;
}

/** Subjects of one test's server, with their grants on everything. */
export class People {
  readonly #actors = new Map<string, Actor>([['local', LOCAL_ACTOR]]);
  readonly #server: TestApp;

  constructor(server: TestApp) {
    this.#server = server;
  }

  /** Makes them in the order given, so that owners come first. */
  async add(all: Readonly<Record<string, Person>>): Promise<void> {
    for (const [name, person] of Object.entries(all)) await this.#addOne(name, person);
  }

  async #addOne(name: string, { role, groups = [], owner }: Person): Promise<void> {
    const { deps } = this.#server;
    const ownerId = owner === undefined ? null : this.actor(owner).subjectId;
    const kind = owner === undefined ? 'user' : 'service_account';
    const { subjectId } = await createSubject(deps, LOCAL_ACTOR, { name, kind, ownerId, password: null });
    const grants = (['model', 'experiment'] as const).map((resource) => ({ role, resource, pattern: '*' }));
    for (const grant of grants)
      await createGrant(deps, LOCAL_ACTOR, { to: { kind: 'subject', subjectId }, ...grant });
    await deps.store.write(({ subjects }) => subjects.setGroups(subjectId, groups));
    this.#actors.set(name, { subjectId, kind, displayName: name, ownerId, groups, grants, token: null });
  }

  actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new Error(`nobody is called ${name}`);
    return actor;
  }

  /** Who is known by the name from now on. */
  set(name: string, actor: Actor): void {
    this.#actors.set(name, actor);
  }

  /** Asks as somebody; never a 5xx. */
  async as(
    name: string,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#server.actAs(this.actor(name));
    const answer = await this.#server.app.inject({ method, url, headers, ...(payload && { payload }) });
    expect(answer.statusCode, answer.body).toBeLessThan(500);
    const body = answer.body === '' ? null : answer.json();
    return { status: answer.statusCode, body, etag: String(answer.headers.etag) };
  }
}
