import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { freeze } from '../support/freeze.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { type RestClient, restClient } from '../support/rest-client.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const devices = ['press-1', 'press-2'];
const periodMs = 200;

interface Gap {
  readonly device: string;
  readonly cause: string;
  readonly from_tick: number;
  readonly to_tick: number;
}

/** Nobody reads ahead of what SAMPLES drops, so that only what comes afterwards can tell what it was. */
describe('samples that SAMPLES drops while no supervisor looks', () => {
  let fleet: FleetForTest;
  let rest: RestClient;
  let database: TcpProxy;
  let writerSettings: Record<string, string>;
  let writer: RunningProcess;
  let supervisor: RunningProcess;
  /** Everything that was ever published, as the broker passed it on. */
  const sent: Sample[] = [];

  const state = async () => (await (await jetstreamManager(fleet.log.nc)).streams.info('SAMPLES')).state;
  const consumer = async () => (await jetstreamManager(fleet.log.nc)).consumers.info('SAMPLES', 'writer');
  const sentOf = (session: string, device: string, from = 0) =>
    sent.filter((sample) => sample.session === session && sample.device === device && sample.tick > from);
  /** Samples of somebody else, until the stream has dropped what was sent so far. */
  const dropAll = async () => {
    const { last_seq } = await state();
    const js = jetstream(fleet.log.nc);
    const { since_tick: _, miss: __, ...one } = sent[0] as Sample;
    const other = { ...one, session: '99-1', task: '99', values: { text: 'x'.repeat(10_000) } };
    for (let tick = last_seq * 1_000; (await state()).first_seq <= last_seq; ) {
      const batch = Array.from({ length: 20 }, () => {
        tick += 1;
        const sample = { ...other, tick, time: tick * periodMs };
        return js.publish('samples.99.other', JSON.stringify(sample));
      });
      await Promise.all(batch);
    }
  };
  const readAgain = (session: string, ticks: number) => {
    const before = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick ?? 0]));
    return eventually(
      () => devices.every((device) => sentOf(session, device, before.get(device)).length >= ticks),
      { what: `${ticks} more ticks of ${session}` },
    );
  };
  const stored = async (session: string): Promise<number> =>
    (await rest.get(`/api/acquisition/sessions/${session}/completeness/?to=now`)).body.stored;
  const started = async (taskId: string) => {
    supervisor = await fleet.start('supervisor');
    const session = await fleet.log.start(fleet.plant.config({ taskId, devices, periodMs }));
    await fleet.placed(taskId);
    await readAgain(session, 5);
    await eventually(async () => (await stored(session)) > 5, { what: 'samples in the database' });
    return session;
  };
  /** Of ticks before `upTo`, by device: what was sent and what the account says of each. */
  const accountOf = async (session: string, upTo: ReadonlyMap<string, number>) => {
    const { results } = (await rest.get(`/api/acquisition/sessions/${session}/gaps/?to=now&limit=500`)).body;
    const gaps = results as Gap[];
    return devices.map((device) => {
      const causes = new Map<number, string>();
      for (const { from_tick, to_tick, cause } of gaps.filter((gap) => gap.device === device)) {
        for (let tick = from_tick; tick <= Math.min(to_tick, (upTo.get(device) ?? 0) - 1); tick += 1) {
          causes.set(tick, cause);
        }
      }
      return { device, causes, wasSent: new Set(sentOf(session, device).map(({ tick }) => tick)) };
    });
  };
  /** Waits until what is left in SAMPLES is in the database. */
  const written = async (session: string) => {
    await readAgain(session, 3);
    const upTo = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick ?? 0]));
    const { last_seq } = await state();
    await eventually(async () => (await consumer()).ack_floor.stream_seq >= last_seq, {
      what: 'the writer to have caught up',
      timeoutMs: 30_000,
    });
    // Until a moment later it might be on its way.
    await eventually(
      async () =>
        (await accountOf(session, upTo)).every(({ causes }) => ![...causes.values()].includes('not_arrived')),
      { what: 'nothing to be on its way any more', timeoutMs: 30_000, intervalMs: 500 },
    );
    return upTo;
  };
  const tally = (causes: ReadonlyMap<number, string>) => {
    const counts: Record<string, number> = {};
    for (const cause of causes.values()) counts[cause] = (counts[cause] ?? 0) + 1;
    return counts;
  };

  beforeAll(async () => {
    fleet = await fleetForTest(devices);
    const subscription = fleet.log.nc.subscribe('samples.>');
    void (async () => {
      for await (const message of subscription) {
        const decoded = decodeSample(message.string());
        if (decoded.ok) sent.push(decoded.sample);
      }
    })();
    await (await jetstreamManager(fleet.log.nc)).streams.update('SAMPLES', { max_bytes: 2 * 1024 * 1024 });
    const databaseUrl = await freshDatabase();
    const url = new URL(databaseUrl);
    database = await startTcpProxy({ targetPort: Number(url.port) });
    url.port = String(database.port);
    url.hostname = '127.0.0.1';
    // What a writer holds it can still store; it is not to hold everything.
    writerSettings = {
      DATABASE_URL: url.href,
      ACK_WAIT_MS: '1500',
      BATCH_MAX_MESSAGES: '5',
      MAX_ACK_PENDING: '20',
    };
    const apiPort = await freePort();
    rest = restClient(`http://127.0.0.1:${apiPort}`);
    await fleet.start('api', { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) });
    await eventually(async () => (await rest.get('/health/ready')).status === 200, { what: 'the API' });
    writer = await fleet.start('writer', writerSettings);
  });

  it('are named a loss, and what a killed collector has not read is a restart', async () => {
    const collector = await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    const session = await started('1');
    await supervisor.kill();
    await database.cut();
    await eventually(async () => (await consumer()).num_pending > 5, {
      what: 'the writer to have its hands full',
    });
    // The broker counts what it drops as done, and gives the next ones to a writer that asks: those it would store later.
    const thawWriter = await freeze(writer.pid);
    onTestFinished(() => void writer.signal('SIGCONT'));
    await eventually(async () => (await consumer()).num_waiting === 0, {
      what: 'what the writer had asked for to expire',
    });
    const pid = collector.pid;
    await collector.kill();
    const beforeKill = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick ?? 0]));
    await eventually(() => Date.now() / periodMs > Math.max(...beforeKill.values()) + 5, {
      what: 'ticks that nobody reads',
    });
    const again = await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    expect(again.pid).not.toBe(pid);
    await readAgain(session, 5);
    const sentBeforeDrop = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick]));
    const isStored = (samples: readonly Sample[]) =>
      devices.every((device) =>
        samples.some((sample) => sample.device === device && sample.tick === sentBeforeDrop.get(device)),
      );
    const dropped = await eventually(
      async () => {
        const samples = await fleet.log.samples();
        return isStored(samples) && samples;
      },
      { what: 'what was sent to be in SAMPLES' },
    );
    const { consumer_seq: deliveries } = (await consumer()).delivered;
    await dropAll();
    expect((await consumer()).delivered.consumer_seq).toBe(deliveries);
    thawWriter();
    await readAgain(session, 5);
    await database.heal();
    for (const { device, causes, wasSent } of await accountOf(session, await written(session))) {
      const killedAt = beforeKill.get(device) ?? 0;
      const lost = [...causes].filter(([, cause]) => cause === 'buffer_full').map(([tick]) => tick);
      expect(lost.filter((tick) => !wasSent.has(tick))).toEqual([]);
      // Every tick that the second process had sent by then is named a loss, also one for which it could only send an overrun.
      const droppedAfterRestart = dropped
        .filter((sample) => sample.session === session && sample.device === device && sample.tick > killedAt)
        .map(({ tick }) => tick);
      expect(droppedAfterRestart.length).toBeGreaterThanOrEqual(5);
      expect(droppedAfterRestart.filter((tick) => causes.get(tick) !== 'buffer_full')).toEqual([]);
      // What it sent from then on is stored or named a loss.
      const others = [...causes].filter(
        ([tick, cause]) => tick > killedAt && wasSent.has(tick) && cause !== 'buffer_full',
      );
      expect(others.filter(([, cause]) => cause !== 'overrun')).toEqual([]);
      expect(tally(causes)).toMatchObject({ restart: expect.any(Number) });
    }
    await fleet.log.stop(session);
    await again.stop();
  });

  it('are named a loss also where a writer had them in hand that was killed then', async () => {
    await fleet.collector('c2', { SPOOL_DIR: await temporaryFolder('spool') });
    const session = await started('2');
    await supervisor.kill();
    await database.cut();
    await readAgain(session, 5);
    await eventually(async () => (await consumer()).num_ack_pending === 20, {
      what: 'the writer to hold some',
    });
    const { delivered } = await consumer();
    await writer.kill();
    await dropAll();
    expect((await state()).first_seq).toBeGreaterThan(delivered.stream_seq);
    await readAgain(session, 5);
    await database.heal();
    writer = await fleet.start('writer', writerSettings);
    for (const { causes, wasSent } of await accountOf(session, await written(session))) {
      expect(tally(causes).buffer_full).toBeGreaterThan(5);
      for (const [tick, cause] of causes) {
        if (cause === 'buffer_full') expect(wasSent.has(tick)).toBe(true);
        else expect(['waiting', 'recovery', 'overrun']).toContain(cause);
      }
    }
  });
});
