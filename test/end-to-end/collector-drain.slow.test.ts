import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { eventually } from '../support/eventually.ts';
import type { RestClient } from '../support/rest-client.ts';

import { type PressPlant, startPressPlant } from './press-plant.ts';

let rest: RestClient;
let services: PressPlant['services'];

beforeAll(async () => {
  const press = await startPressPlant();
  ({ rest, services } = press);
  await rest.create('/api/acquisition/sessions/start-task/', { task_id: press.taskId });
});

describe('draining a collector', () => {
  const path = (id: string) => `/api/system/collectors/${id}`;
  const stateOf = async (id: string) =>
    (await rest.get('/api/system/collectors/')).body.results.find((each: { id: string }) => each.id === id)
      ?.state;
  const cli = () => cliForTest({ HOLDFAST_URL: rest.url });

  it.each(['c9', 'c1.x', '*'])('that is not known is refused: %s', async (id) => {
    for (const verb of ['drain', 'undrain']) {
      expect(await rest.post(`${path(id)}/${verb}/`)).toMatchObject({
        status: 404,
        body: { code: 'collector_not_found' },
      });
    }
  });

  it('that is the last one is refused, unless the caller insists', async () => {
    expect(await rest.post(`${path('c1')}/drain/`)).toMatchObject({
      status: 409,
      body: { code: 'last_collector' },
    });
    expect(await stateOf('c1')).toBe('active');
    expect((await rest.post(`${path('c1')}/drain/`, { force: true })).body).toMatchObject({
      id: 'c1',
      state: 'draining',
    });
    await eventually(async () => (await stateOf('c1')) === 'draining', { what: 'the lease to say so' });
    expect((await rest.post(`${path('c1')}/undrain/`)).body).toMatchObject({ state: 'active' });
    await eventually(async () => (await stateOf('c1')) === 'active', { what: 'the lease to say so' });
  });

  it('is done on the command line, and undone, and the audit log knows', async () => {
    const refused = await cli().run('collectors', 'drain', 'c1');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/last_collector[^{]*: --force\./),
    ]);
    const both = await cli().run('collectors', 'drain', 'c1', '--undo', '--wait');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--undo')]);
    await services.restart('collector', { COLLECTOR_ID: 'c2' });
    const sessionsOf = async (id: string) =>
      (await rest.get('/api/system/collectors/')).body.results.find((each: { id: string }) => each.id === id)
        ?.sessions;
    await eventually(async () => (await stateOf('c2')) === 'active', { what: 'c2 to be up' });
    await eventually(async () => (await sessionsOf('c1')) + (await sessionsOf('c2')) > 0, {
      what: 'the session to be placed',
    });
    const done = await cli().run('collectors', 'drain', 'c1', '--wait');
    expect(await sessionsOf('c1')).toBe(0);
    await eventually(async () => (await sessionsOf('c2')) === 1, { what: 'c2 to have the session' });
    await eventually(async () => (await stateOf('c1')) === 'drained', { what: 'c1 to be empty' });
    expect((await rest.get('/api/system/collectors/moves/?limit=1')).body.results).toEqual([
      {
        ...{ former: 'c1', reason: 'drain', sessions: 1, session_ids: ['1-1'] },
        takers: [{ collector_id: 'c2', sessions: 1 }],
        ...{ from: expect.any(String), to: expect.any(String) },
      },
    ]);
    const events = async (only: string) => {
      const { results } = (await rest.get(`/api/acquisition/sessions/1-1/events/?${only}`)).body;
      return results.map(({ type, data }: { type: string; data: { reason: string } }) => [type, data.reason]);
    };
    expect(await events('type=released')).toEqual([['session.released', 'drain']]);
    expect(await events('only=abnormal')).toEqual([]);
    // The move leads to the operator's command.
    const { results: moved } = (
      await rest.get('/api/acquisition/sessions/1-1/events/?order=newest&type=assigned,released&limit=2')
    ).body;
    const traces = moved.map(({ data }: { data: { trace_id?: string } }) => data.trace_id);
    expect(traces).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), traces[0]]);
    const audited = async () => JSON.parse((await cli().run('audit', '--trace', traces[0])).stdout);
    await expect.poll(audited).toMatchObject([{ action: 'collector.drain', target: 'collector c1' }]);
    expect([done.code, done.stderr, JSON.parse(done.stdout)]).toEqual([
      0,
      '',
      expect.objectContaining({ state: 'draining' }),
    ]);
    expect((await cli().run('collectors', 'drain', 'c1', '--undo')).code).toBe(0);
    await eventually(async () => (await stateOf('c1')) === 'active', { what: 'the lease to say so' });
    const newest = async (outcome: string) =>
      (await rest.get(`/api/system/audit/?action=collector&outcome=${outcome}`)).body.results[0];
    await expect
      .poll(() => newest('done'))
      .toMatchObject({ action: 'collector.undrain', target: 'collector c1' });
    await expect.poll(() => newest('refused')).toBeDefined();
  });
});
