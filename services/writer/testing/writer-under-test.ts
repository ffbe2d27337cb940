import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { durableNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { SinkBoard } from '@holdfast/shared/jetstream/boards/sink-board.ts';
import { type Connection, connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { messageIdHeader, plainHeaders } from '@holdfast/shared/jetstream/connection/plain-headers.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { sampleOf as plainSample } from '../src/batch/testing/sample-message.ts';

export { firstTimeMs } from '../src/batch/testing/sample-message.ts';

/** Starts the service as a process of its own, which is stopped when the test file is over. */
export async function startWriter(
  nats: NatsServer,
  settings: Record<string, string>,
): Promise<RunningProcess> {
  const writer = await startProcess({
    name: 'writer',
    command: process.execPath,
    args: [builtProgram('writer')],
    env: {
      NATS_URL: nats.url,
      SESSIONS_MAX_BYTES: String(16 * 1024 * 1024),
      SAMPLES_MAX_BYTES: String(256 * 1024 * 1024),
      BATCH_MAX_WAIT_MS: '50',
      ACK_WAIT_MS: '1500',
      ...settings,
    },
  });
  cleanUpAfterFile(() => writer.stop());
  return writer;
}

export async function untilLogged(writer: RunningProcess, text: string): Promise<void> {
  for await (const line of writer.lines()) if (line.includes(text)) return;
  throw new Error(`the writer ended without saying "${text}":\n${writer.lastLines(20).join('\n')}`);
}

export async function connectTo(nats: NatsServer): Promise<Connection> {
  const connection = await connectNats({
    url: nats.url,
    name: 'writer-test',
    log: createLogger('test', 'fatal'),
  });
  cleanUpAfterFile(() => connection.close());
  return connection;
}

/** A sample of press 1 with a number, a truth and a text. */
export function sampleOf(changes: Partial<Sample> & Pick<Sample, 'tick'>): Sample {
  return plainSample({ values: { temperature: 20 + changes.tick, run: true, state: '自动' }, ...changes });
}

/**
 * Publishes like any other client of the broker, and repeats until the broker has confirmed; the message is stored
 * once.
 */
export async function publishText(connection: Connection, subject: string, text: string): Promise<void> {
  const headers = plainHeaders({ [messageIdHeader]: crypto.randomUUID() });
  await eventually(
    async () => {
      const reply = await connection.nc.request(subject, text, { timeout: 2_000, headers });
      return (reply.json() as { seq?: number }).seq;
    },
    { what: 'the broker to store a message' },
  );
}

const placing = new WeakMap<Connection, PlacedSamples>();

function placedIn(connection: Connection): PlacedSamples {
  const placed = placing.get(connection) ?? new PlacedSamples(connection.nc);
  placing.set(connection, placed);
  return placed;
}

/**
 * Gives the samples the epochs and ids that their holders would publish: epochs that the log has given to their
 * sessions, and an id for each device. The first samples of a session define its devices and points.
 */
export function asPlaced(connection: Connection, samples: readonly Sample[]): Promise<Sample[]> {
  return placedIn(connection).placed(
    samples.map((sample) =>
      sample.device === 'press-1' || sample.device_id !== 'device-1'
        ? sample
        : { ...sample, device_id: `of-${Buffer.from(sample.device).toString('hex')}` },
    ),
  );
}

/** @returns the samples as they were published */
export async function publishSamples(
  connection: Connection,
  samples: readonly Sample[],
): Promise<readonly Sample[]> {
  const placed = await asPlaced(connection, samples);
  const together = 50;
  for (let from = 0; from < placed.length; from += together) {
    await Promise.all(
      placed
        .slice(from, from + together)
        .map((sample) =>
          publishText(
            connection,
            subjects.sample(sample.collector, sample.task, sample.device_id),
            JSON.stringify(sample),
          ),
        ),
    );
  }
  return placed;
}

/** The status report of the only writer, once it is as wanted. */
export async function sinkStatusThat(
  connection: Connection,
  what: string,
  isWanted: (status: SinkStatus) => boolean,
): Promise<SinkStatus> {
  const board = await SinkBoard.open(connection.nc);
  return eventually(
    async () => {
      const [status] = (await board.readAll()).toSorted((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
      return status && isWanted(status) && status;
    },
    { what: `a writer to say that ${what}`, intervalMs: 100 },
  );
}

interface ConsumerState {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_waiting: number;
  readonly delivered: { readonly stream_seq: number };
}

/** @param timeout short, for callers that ask again: an answer lost with the connection never comes */
async function consumerState(connection: Connection, timeout = 2_000): Promise<ConsumerState> {
  const subject = `$JS.API.CONSUMER.INFO.${streamNames.samples}.${durableNames.writer}`;
  return (await connection.nc.request(subject, '', { timeout })).json<ConsumerState>();
}

/** Messages published and not yet acknowledged. */
export async function backlogOf(connection: Connection): Promise<number> {
  const { num_pending, num_ack_pending } = await consumerState(connection, 60_000);
  return num_pending + num_ack_pending;
}

/** Messages delivered to writers and not yet acknowledged. */
export async function inHandOf(connection: Connection): Promise<number> {
  return (await consumerState(connection)).num_ack_pending;
}

/** Waits until all published messages have been delivered to the writer and acknowledged. */
export async function untilAllAcked(connection: Connection): Promise<void> {
  await eventually(
    async () => {
      const info = await connection.nc.request(`$JS.API.STREAM.INFO.${streamNames.samples}`);
      const { last_seq } = (info.json() as { state: { last_seq: number } }).state;
      const { num_pending, num_ack_pending, delivered } = await consumerState(connection);
      // A consumer learns a moment later of published messages.
      return num_pending === 0 && num_ack_pending === 0 && delivered.stream_seq >= last_seq;
    },
    { what: 'every message to be acknowledged' },
  );
}

/** Waits until so many writers ask for samples: the next messages are shared among them. */
export async function untilWritersWait(connection: Connection, writers: number): Promise<void> {
  await eventually(async () => (await consumerState(connection)).num_waiting >= writers, {
    what: `${writers} writers to ask for samples`,
  });
}

/** Waits until so many messages are with the writer and unacknowledged. */
export async function untilDelivered(connection: Connection, count: number): Promise<void> {
  await eventually(async () => (await consumerState(connection)).num_ack_pending === count, {
    what: `${count} messages to be in the writer's hand`,
  });
}

export interface QuarantinedRecord {
  readonly clock_ahead_ms?: number;
  readonly subject: string;
  readonly sequence: number;
  readonly reason: string;
  readonly body: string;
  readonly point_codes?: readonly string[];
}

/** Sorted by their messages in SAMPLES: batches in hand at the same time are put away in any order. */
export async function quarantined(connection: Connection): Promise<QuarantinedRecord[]> {
  const info = await askBroker(connection.nc, `$JS.API.STREAM.INFO.${streamNames.quarantine}`);
  const { messages } = (info.json() as { state: { messages: number } }).state;
  const records: QuarantinedRecord[] = [];
  for (let seq = 1; seq <= messages; seq++) {
    const answer = await askBroker(
      connection.nc,
      `$JS.API.STREAM.MSG.GET.${streamNames.quarantine}`,
      JSON.stringify({ seq }),
    );
    const { message } = answer.json() as { message: { data: string } };
    records.push(JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')));
  }
  return records.sort((a, b) => a.sequence - b.sequence);
}
