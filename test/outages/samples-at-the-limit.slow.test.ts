import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { ensureDurable } from '@holdfast/shared/jetstream/consume/durable-consumer.ts';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ticksOfSamples } from '../support/ticks-of-samples.ts';

const mebibyte = 1024 * 1024;

/** I11: samples in excess harm nothing but samples. */
describe('when SAMPLES is at its limit', () => {
  let fleet: FleetForTest;
  let jsm: JetStreamManager;

  const state = async () => (await jsm.streams.info('SAMPLES')).state;
  const renewals = async () => (await jsm.streams.info('KV_COLLECTORS')).state.last_seq;
  const fill = async (until: () => Promise<boolean>) => {
    const js = jetstream(fleet.log.nc);
    const body = 'x'.repeat(10_000);
    while (!(await until())) {
      await Promise.allSettled(
        Array.from({ length: 20 }, () => js.publish('samples.other.other.other', body)),
      );
    }
  };
  /** Starts a session, sees it placed, waits for a renewal of the lease, stops it and sees that polling ends. */
  const sessionsWork = async (taskId: string) => {
    const sessionId = await fleet.log.start(
      fleet.plant.config({ taskId, devices: ['press-2'], periodMs: 100 }),
    );
    await fleet.placed(taskId);
    const requestCount = fleet.plant.requests.length;
    await eventually(() => fleet.plant.requests.length > requestCount + 3, {
      what: 'the device to be polled',
    });
    const before = await renewals();
    await eventually(async () => (await renewals()) > before + 1, { what: 'the lease to be renewed' });
    await fleet.log.stop(sessionId);
    await eventually(async () => (await fleet.log.assignments()) === 1, { what: 'the session to be over' });
  };

  beforeAll(async () => {
    fleet = await fleetForTest(['press-1', 'press-2']);
    jsm = await jetstreamManager(fleet.log.nc);
    await jsm.streams.update('SAMPLES', { max_bytes: 2 * mebibyte });
    await ensureDurable({ nc: fleet.log.nc, stream: 'SAMPLES', durable: 'writer' });
    await fleet.start('supervisor');
    await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
  });

  it('sessions start and stop, leases are renewed and the newest samples are there', async () => {
    const sessionId = await fleet.log.start(
      fleet.plant.config({ taskId: '1', devices: ['press-1'], periodMs: 100 }),
    );
    const { epoch } = await fleet.placed('1');
    await fill(async () => (await state()).first_seq > 100);
    expect((await state()).bytes).toBeLessThanOrEqual(2 * mebibyte);
    await sessionsWork('2');
    const last = async () =>
      Math.max(
        0,
        ...(await jsm.streams
          .getMessage('SAMPLES', { last_by_subj: 'samples.*.1.press-1' })
          .then((message) => [message?.json<{ tick: number }>().tick ?? 0])),
      );
    const before = await last();
    await eventually(async () => (await last()) > before, { what: `newer samples of ${sessionId}/${epoch}` });
  });

  it('and refuses new ones, polling goes on, sessions start and stop, and all samples are there once it takes them', async () => {
    await jsm.streams.purge('SAMPLES');
    const { first_seq } = await state();
    await jsm.streams.update('SAMPLES', { discard: 'new' as never });
    const refused = jetstream(fleet.log.nc);
    await fill(async () => {
      try {
        await refused.publish('samples.other.other.other', 'x'.repeat(1_000));
        return false;
      } catch {
        return true;
      }
    });
    await sessionsWork('3');
    await jsm.streams.update('SAMPLES', { max_bytes: 8 * mebibyte });
    const sequence = (await state()).last_seq;
    await eventually(async () => (await state()).last_seq > sequence + 20, {
      what: 'samples to be taken again',
    });
    const samples: Sample[] = [];
    for (let seq = first_seq; seq <= (await state()).last_seq; seq += 1) {
      const message = await jsm.streams.getMessage('SAMPLES', { seq });
      if (message && /^samples\.[^.]+\.1\.press-1$/.test(message.subject))
        samples.push(message.json<Sample>());
    }
    const ticks = ticksOfSamples(samples).get('press-1');
    expect(ticks).toMatchObject({ all: [expect.anything()], declaredLost: [], doubled: 0 });
  });
});
