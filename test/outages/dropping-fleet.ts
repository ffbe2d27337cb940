import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSentRecord, type SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { readSentMessages } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

export const devices = ['press-1', 'press-2'];
export const periodMs = 200;

interface Gap {
  readonly device: string;
  readonly cause: string;
  readonly from_tick: number;
  readonly to_tick: number;
}

/** The samples that were published of one device, and the account's word on each of its missing ticks. */
export interface AccountOfDevice {
  readonly device: string;
  readonly causes: ReadonlyMap<number, string>;
  readonly wasSent: ReadonlySet<number>;
}

export type DroppingFleet = Awaited<ReturnType<typeof droppingFleet>>;

/** A fleet whose database can be cut off, whose writer holds little, and whose SAMPLES drops what a test wants gone. */
export async function droppingFleet() {
  const fleet = await fleetForTest(devices);
  /** Everything that was ever published, as the broker passed it on. */
  const sent: Sample[] = [];
  const subscription = fleet.log.nc.subscribe('samples.>');
  void (async () => {
    for await (const message of subscription) {
      const decoded = decodeSample(message.string());
      if (decoded.ok) sent.push(decoded.sample);
    }
  })();
  await (await jetstreamManager(fleet.log.nc)).streams.update('SAMPLES', { max_bytes: 2 * 1024 * 1024 });
  const { rest, databaseUrl } = await servicesForTest({
    ...{ natsUrl: fleet.nats.url, settings: { writer: false, supervisor: false, collector: false } },
  });
  const url = new URL(databaseUrl);
  const database = await startTcpProxy({ targetPort: Number(url.port) });
  url.port = String(database.port);
  url.hostname = '127.0.0.1';
  // A writer can still store what it holds, so it must not hold everything.
  const writerSettings = {
    DATABASE_URL: url.href,
    ACK_WAIT_MS: '1500',
    BATCH_MAX_MESSAGES: '5',
    MAX_ACK_PENDING: '20',
  };
  const state = async () => (await (await jetstreamManager(fleet.log.nc)).streams.info('SAMPLES')).state;
  const consumer = async () => (await jetstreamManager(fleet.log.nc)).consumers.info('SAMPLES', 'writer');
  const sentOf = (session: string, device: string, after = 0) =>
    sent.filter((sample) => sample.session === session && sample.device === device && sample.tick > after);
  /** The last tick of each device that was sent, of those that were due before `beforeMs`. */
  const lastTicks = (session: string, beforeMs = Number.POSITIVE_INFINITY) =>
    new Map(
      devices.map((device) => {
        const due = sentOf(session, device).filter(({ tick }) => tick * periodMs < beforeMs);
        return [device, due.at(-1)?.tick ?? 0];
      }),
    );

  /** Publishes samples of another session until the stream has dropped what was sent so far. */
  const dropAll = async () => {
    const { last_seq } = await state();
    const js = jetstream(fleet.log.nc);
    const { since_tick: _, miss: __, ...one } = sent[0] as Sample;
    const other = { ...one, session: '99-1', task: '99', values: { text: 'x'.repeat(10_000) } };
    for (let tick = last_seq * 1_000; (await state()).first_seq <= last_seq; ) {
      const batch = Array.from({ length: 20 }, () => {
        tick += 1;
        const sample = { ...other, tick, time: tick * periodMs };
        return js.publish('samples.other.99.other', JSON.stringify(sample));
      });
      await Promise.all(batch);
    }
  };

  const readAgain = (session: string, ticks: number) => {
    const before = lastTicks(session);
    return eventually(
      () => devices.every((device) => sentOf(session, device, before.get(device)).length >= ticks),
      { what: `${ticks} more ticks of ${session}` },
    );
  };

  const countStored = async (session: string): Promise<number> =>
    (await rest.get(`/api/acquisition/sessions/${session}/completeness/?to=now`)).body.stored;

  /** Starts a session and waits until some of it is in the database. @returns it, and the supervisor that placed it */
  const started = async (taskId: string) => {
    const supervisor = await fleet.start('supervisor');
    const session = await fleet.log.start(fleet.plant.config({ taskId, devices, periodMs }));
    await fleet.placed(taskId);
    await readAgain(session, 5);
    await eventually(async () => (await countStored(session)) > 5, { what: 'samples in the database' });
    return { session, supervisor };
  };

  /** Waits until the writer, whose database is down, can take no more. */
  const untilWriterIsFull = () =>
    eventually(async () => (await consumer()).num_ack_pending === 20, {
      what: 'the writer to hold all it can',
    });

  /** The last tick of each device that lies in SAMPLES, once its sender is gone. */
  const lastInStream = async (session: string) => {
    const samples = await fleet.log.samples();
    return new Map(
      devices.map((device) => {
        const of = samples.filter((sample) => sample.session === session && sample.device === device);
        return [device, Math.max(...of.map(({ tick }) => tick))];
      }),
    );
  };

  /** The account of ticks before `upTo`, by device. */
  const accountOf = async (
    session: string,
    upTo: ReadonlyMap<string, number> = new Map(),
  ): Promise<AccountOfDevice[]> => {
    const { results } = (await rest.get(`/api/acquisition/sessions/${session}/gaps/?to=now&limit=500`)).body;
    const gaps = results as Gap[];
    return devices.map((device) => {
      const causes = new Map<number, string>();
      for (const { from_tick, to_tick, cause } of gaps.filter((gap) => gap.device === device)) {
        const last = Math.min(to_tick, (upTo.get(device) ?? Number.POSITIVE_INFINITY) - 1);
        for (let tick = from_tick; tick <= last; tick += 1) causes.set(tick, cause);
      }
      return { device, causes, wasSent: new Set(sentOf(session, device).map(({ tick }) => tick)) };
    });
  };

  const untilWritten = async () => {
    const { last_seq } = await state();
    await eventually(async () => (await consumer()).ack_floor.stream_seq >= last_seq, {
      what: 'the writer to have caught up',
    });
  };

  /** Waits until what is left in SAMPLES of a session that goes on is in the database. */
  const lastWritten = async (session: string) => {
    await readAgain(session, 3);
    const upTo = lastTicks(session);
    await untilWritten();
    // A sample might be on its way until a moment later.
    await eventually(
      async () =>
        (await accountOf(session, upTo)).every(({ causes }) => ![...causes.values()].includes('not_arrived')),
      { what: 'nothing to be on its way any more', intervalMs: 500 },
    );
    return upTo;
  };

  const sentRecords = async (session: string): Promise<SentRecord[]> => {
    const { messages } = await readSentMessages(fleet.log.nc, 0);
    return messages.flatMap(({ text }) => {
      const record = decodeSentRecord(text);
      return record?.session === session ? [record] : [];
    });
  };

  /** Waits until the account has what ended collectors had sent. */
  const untilSentIsOnRecord = (session: string) =>
    eventually(async () => (await sentRecords(session)).every(({ ended }) => !ended), {
      what: `what was sent of ${session} to be on record`,
      intervalMs: 500,
    });

  return {
    ...{
      fleet,
      rest,
      database,
      writerSettings,
      sent,
      state,
      consumer,
      sentOf,
      lastTicks,
      dropAll,
      readAgain,
    },
    ...{ started, untilWriterIsFull, lastInStream, accountOf, untilWritten, lastWritten, sentRecords },
    untilSentIsOnRecord,
  };
}

export function tally(causes: ReadonlyMap<number, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const cause of causes.values()) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}
