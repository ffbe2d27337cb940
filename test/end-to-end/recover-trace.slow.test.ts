import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { countPoint, sessionsPath } from '../support/over-rest.ts';
import { logOf } from '../support/service-processes.ts';
import { systemForTest } from '../support/system-for-test.ts';

interface Gap {
  readonly cause: string;
  readonly events: readonly { readonly trace_id: string | null }[];
}

describe('a session without a holder until a person had it recovered', () => {
  it('has a gap that leads to its new holder, and from there to that command in the audit log', async () => {
    const fleet = await systemForTest(['press-1']);
    const { rest } = fleet;
    const device = await fleet.device('press-1', [countPoint], { timeout_ms: 10_000 });
    const { taskId, sessionId: id } = await fleet.task({
      ...{ code: 'recovered', period_ms: 250, device_ids: [device.id] },
    });
    const first = await fleet.placed(String(taskId));
    await fleet.sampled(id, first.epoch);

    await Promise.all([fleet.process('supervisor').kill(), fleet.process('collector').kill()]);
    const next = await fleet.start('supervisor', { DISABLE_SESSION_RECOVERY: 'true' });
    await eventually(() => logOf(next).includes('Session recovery completed'), {
      what: 'the supervisor to be done',
    });
    await fleet.collector('c1');
    await eventually(
      async () => (await rest.get(`${sessionsPath}/${id}/`)).body.placement?.state === 'awaiting_recovery',
      { what: 'the session to wait for a person' },
    );
    await rest.create(`${sessionsPath}/${id}/recover/`, {});
    const second = await fleet.placed(String(taskId), { above: first.epoch });
    await fleet.sampled(id, second.epoch, 4);

    const gapsOf = async (query: string): Promise<Gap[]> =>
      (await rest.get(`${sessionsPath}/${id}/gaps/?to=now&${query}`)).body.results;
    const gap = await eventually(async () => (await gapsOf('')).find(({ cause }) => cause === 'recovery'), {
      what: 'the time without a holder to be a gap',
    });
    expect(gap.events).toEqual([
      {
        // Its own epoch, unless it has lost its lease since.
        ...{ sequence: expect.any(Number), type: 'session.assigned', time: expect.any(String) },
        ...{ reason: 'recovery', collector_id: 'c1', by: null, decided_by: 'command' },
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
    const trace = gap.events[0]?.trace_id;
    const { results: resumed } = (await rest.get(`${sessionsPath}/${id}/events/?type=resumed`)).body;
    expect(resumed).toMatchObject([{ data: { reason: 'recover', trace_id: trace } }]);
    // An audit entry comes after its answer.
    const entries = await eventually(
      async () => {
        const { results } = (await rest.get(`/api/system/audit/?trace=${trace}`)).body;
        return results.length > 0 && results;
      },
      { what: 'the audit entry' },
    );
    expect(entries).toMatchObject([{ action: 'session.recover', target: `session ${id}`, outcome: 'done' }]);
    // The trace leads back to the gap.
    expect(new Set((await gapsOf(`trace=${trace}`)).map(({ cause }) => cause))).toEqual(
      new Set(['recovery']),
    );
  });
});
