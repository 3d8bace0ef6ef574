import { describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { paths, problemOf, v1Client } from './v1-client.ts';

describe('transitionVersion', () => {
  test('moves the version and says from where to where', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    expect((await v1.transition('m', 1, 'Staging')).body).toEqual({
      success: true,
      model_name: 'm',
      version: 1,
      semantic_version: '1.0.0',
      from_stage: 'development',
      new_stage: 'staging',
      stage: 'staging',
      displaced: [],
      message: 'Moved m version 1 from development to staging',
    });
    expect((await v1.get('/models/m')).body['stage']).toBe('staging');
  });

  test('production has one version afterwards; the others are archived and named', async () => {
    await using v1 = await v1Client();
    for (let i = 0; i < 3; i += 1) await v1.register('m', { stage: 'production' });
    const { body } = await v1.transition('m', '1.0.0', 'production').then(async (refused) => {
      expect(problemOf(refused)).toMatchObject({ status: 409, code: 'already_in_stage' });
      await v1.register('m');
      return v1.transition('m', '4', 'production');
    });
    expect(body['displaced']).toEqual([
      { version: 3, new_stage: 'archived' },
      { version: 2, new_stage: 'archived' },
      { version: 1, new_stage: 'archived' },
    ]);
    expect((await v1.get('/models/m/versions?stage=production')).body['total_versions']).toBe(1);
    expect((await v1.get('/models/m/versions?stage=archived')).body['total_versions']).toBe(3);
  });

  test('staging may hold several versions', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { stage: 'staging' });
    await v1.register('m');
    expect((await v1.transition('m', 2, 'staging')).body['displaced']).toEqual([]);
    expect((await v1.get('/models/m/versions?stage=staging')).body['total_versions']).toBe(2);
  });

  test('archived and deprecated are two stages, and the mark is lifted again', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    for (const [from, to] of [
      ['development', 'archived'],
      ['archived', 'deprecated'],
      ['deprecated', 'archived'],
      ['archived', 'staging'],
    ])
      expect((await v1.transition('m', 1, to!)).body).toMatchObject({ from_stage: from, stage: to });
  });

  test('a description in the request stands in history as the reason, and leaves that of the version', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { description: 'old' });
    await v1.post('/models/transition', {
      model_name: 'm',
      version: 1,
      new_stage: 'staging',
      description: 'new',
    });
    expect((await v1.get('/models/m')).body['description']).toBe('old');
    const intervals = await v1.server.deps.store.read(async (reader) => {
      const identity = await reader.versionRecords.findIdentity('m');
      return reader.slots.listIntervals(identity?.modelId ?? '', 'stage:staging', { after: null, limit: 10 });
    });
    expect(intervals.map((interval) => interval.reason)).toEqual(['new']);
  });

  test('another digest than expected stops it', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const body = {
      model_name: 'm',
      version: 1,
      new_stage: 'staging',
      expected_digest: `sha256:${'0'.repeat(64)}`,
    };
    expect(problemOf(await v1.post('/models/transition', body))).toMatchObject({
      status: 409,
      code: 'digest_mismatch',
    });
    expect((await v1.get('/models/m')).body['stage']).toBe('development');
  });

  test('force needs a reason, and an admin', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const forced = { model_name: 'm', version: 1, new_stage: 'staging', force: true };
    expect(paths(await v1.post('/models/transition', forced))).toEqual(['/reason']);
    expect(paths(await v1.post('/models/transition', { ...forced, reason: 'too short' }))).toEqual([
      '/reason',
    ]);
    const reason = 'the barn is on fire';
    v1.server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'approver', resource: 'model', pattern: '*' }] });
    expect(problemOf(await v1.post('/models/transition', { ...forced, reason }))).toMatchObject({
      status: 403,
      code: 'override_required',
    });
    v1.server.actAs(LOCAL_ACTOR);
    expect((await v1.post('/models/transition', { ...forced, reason })).status).toBe(200);
  });

  test('who may read but not move is refused; who may not read sees nothing', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const absent = problemOf(await v1.transition('x', 1, 'staging'));
    v1.server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'reader', resource: 'model', pattern: 'm' }] });
    expect(problemOf(await v1.transition('m', 1, 'staging')).code).toBe('permission_denied');
    v1.server.actAs({ ...LOCAL_ACTOR, grants: [] });
    for (const version of [1, '01', 9])
      expect(problemOf(await v1.transition('m', version, 'staging'))).toEqual({
        ...absent,
        detail: String(absent.detail).replace('model x', 'model m'),
      });
  });

  test.each([
    '01',
    '+1',
    '1.0',
    '1e0',
    ' 1',
    '٣',
    '-1',
    -1,
    0,
    1.5,
    2_147_483_648,
    null,
    true,
    [],
    {},
    '',
    '9'.repeat(30),
  ])('the version %j is refused', async (version) => {
    await using v1 = await v1Client();
    await v1.register('m');
    const answer = await v1.transition('m', version, 'staging');
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
    expect(paths(answer)).toEqual(['/version']);
  });

  test('absent models and versions, and stages that are none of ours, are told apart', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    expect(problemOf(await v1.transition('absent', 1, 'staging')).code).toBe('model_not_found');
    expect(problemOf(await v1.transition('m', 7, 'staging')).code).toBe('version_not_found');
    expect(problemOf(await v1.transition('m', 1, 'None')).detail).toContain('development');
    expect(paths(await v1.transition('m', 1, 'Production!'))).toEqual(['/new_stage']);
    await v1.send('DELETE', '/models/m/versions/1');
    expect(problemOf(await v1.transition('m', 1, 'staging')).code).toBe('version_deleted');
  });
});

describe('archiveVersions', () => {
  test('archives all but the newest of a stage and says why the others stay', async () => {
    await using v1 = await v1Client();
    for (let i = 0; i < 5; i += 1) await v1.register('m');
    await v1.transition('m', 2, 'production');
    const body = { model_name: 'm', keep_latest: 2, stage: 'development' };
    const answer = {
      success: true,
      model_name: 'm',
      archived_count: 2,
      archived_versions: [3, 1],
      kept: [
        { version: 5, reason: 'one of the 2 newest in development' },
        { version: 4, reason: 'one of the 2 newest in development' },
      ],
    };
    expect((await v1.post('/models/archive', { ...body, dry_run: true })).body).toEqual({
      ...answer,
      dry_run: true,
    });
    expect((await v1.get('/models/m/versions?stage=archived')).body['total_versions']).toBe(0);
    expect((await v1.post('/models/archive', body)).body).toEqual(answer);
    expect((await v1.get('/models/m/versions?stage=archived')).body['total_versions']).toBe(2);
    expect((await v1.post('/models/archive', body)).body['archived_count']).toBe(0);
  });

  test.each([
    ['/stage', { stage: 'production' }],
    ['/stage', { stage: 'archived' }],
    ['/stage', { stage: 'None' }],
    ['/keep_latest', { keep_latest: -1 }],
    ['/keep_latest', { keep_latest: 1001 }],
    ['/keep_latest', { keep_latest: 1.5 }],
    ['/keep_latest', { keep_latest: '5' }],
    ['/keep_latest', { keep_latest: null }],
    ['/dry_run', { dry_run: 'yes' }],
    ['/model_name', { model_name: null }],
    ['/older_than', { older_than: 3 }],
  ])('%s is named when it is wrong: %j', async (path, more) => {
    await using v1 = await v1Client();
    await v1.register('m');
    const body = { model_name: 'm', keep_latest: 0, stage: 'development', ...more };
    expect(paths(await v1.post('/models/archive', body))).toEqual([path]);
  });

  test('an absent model is not found', async () => {
    await using v1 = await v1Client();
    const body = { model_name: 'absent', keep_latest: 5, stage: 'development' };
    expect(problemOf(await v1.post('/models/archive', body)).code).toBe('model_not_found');
  });
});
