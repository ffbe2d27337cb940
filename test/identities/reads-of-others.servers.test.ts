import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { serveSampleReads } from '@holdfast/shared/jetstream/samples/serve-sample-reads.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { PlacedSamples } from '../support/placed-samples.ts';
import { sessionLogForTest } from '../support/session-log.ts';

const log = createLogger('test', 'silent');
let hall: NatsConnection;
let placed: PlacedSamples;
/** Samples that the stream has, by their sequence. */
const sequences = new Map<string, number>();

const sampleOf = (task: string, collector: string, tick: number): Sample => ({
  ...{ v: 2, session: `${task}-1`, task, collector, epoch: 1, device_id: 'd1', device: 'press', site: '' },
  ...{ measurement: 'press', tick, period_ms: 1_000, time: 1_000 * tick, read_at: 1_000 * tick },
  values: { count: tick },
});

beforeAll(async () => {
  const identities = identitiesForTest(['hall-1', 'hall-2']);
  const server = await natsForTest({ configLines: identities.configLines });
  const { nc: own } = await sessionLogForTest(identities.ownUrl(server));
  const connect = async (name: string, nkeySeed: string): Promise<NatsConnection> => {
    const { nc, close } = await connectNats({ url: server.url, nkeySeed, name, log });
    cleanUpAfterFile(close);
    return nc;
  };
  serveSampleReads(await connect('supervisor', identities.seed('supervisor')), log);
  hall = await connect('collector-hall-1', identities.seed('collector', 'hall-1'));
  placed = new PlacedSamples(own);
  const stream = await SampleStream.open(own);
  // Task 7 went from hall-2 to hall-1, task 8 from hall-1 to hall-2.
  for (const [task, collector, tick] of [
    ['7', 'hall-2', 100],
    ['7', 'hall-1', 0],
    ['8', 'hall-1', 50],
    ['8', 'hall-2', 60],
  ] as const) {
    const sample = sampleOf(task, collector, tick);
    const epoch = await placed.epochOf(sample);
    if (tick > 0) sequences.set(`${collector}.${task}`, await stream.publish({ ...sample, epoch }));
  }
  const leases = await KvLeaseStore.open(own, bucketNames.collectors);
  await leases.write('hall-2', 'its lease', 0, 20_000);
});

/** Whatever the broker or a service says to a request that hall-1 makes with its own key. */
async function answerTo(request: string, body?: object): Promise<string> {
  try {
    const answer = await askBroker(hall, `$JS.API.${request}`, body ? JSON.stringify(body) : '');
    const { message, error } = answer.json<{
      message?: { subject: string };
      error?: { description: string };
    }>();
    return message?.subject ?? error?.description ?? 'neither';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

describe('a collector with an account of its own', () => {
  const refused = 'it asks for samples of sessions that it does not hold';
  const sequenceOf = (key: string) => sequences.get(key) ?? 0;

  it.each<[string, () => object, string]>([
    ['the newest of all samples', () => ({ last_by_subj: 'samples.>' }), 'the request cannot be read'],
    ['the first of all', () => ({ seq: 1, next_by_subj: '>' }), 'the request cannot be read'],
    ['all of any task', () => ({ last_by_subj: 'samples.*.*.d1' }), 'the request cannot be read'],
    [
      'a request in other letters',
      () => ({ Last_By_Subj: 'samples.hall-2.8.d1' }),
      'the request cannot be read',
    ],
    ['what another one says of a task', () => ({ last_by_subj: 'samples.hall-2.8.d1' }), refused],
    ['a task that it has held', () => ({ last_by_subj: 'samples.*.8.d1' }), refused],
    ['the next one of a task', () => ({ seq: 1, next_by_subj: 'samples.*.8.d1' }), refused],
    ['one of another by its number', () => ({ seq: sequenceOf('hall-2.8') }), 'no message found'],
    ['its own', () => ({ last_by_subj: 'samples.hall-1.8.d1' }), 'samples.hall-1.8.d1'],
    ['its own by its number', () => ({ seq: sequenceOf('hall-1.8') }), 'samples.hall-1.8.d1'],
    ['the former holder of what it holds', () => ({ last_by_subj: 'samples.*.7.d1' }), 'samples.hall-2.7.d1'],
  ])('that asks for %s', async (_what, query, expected) => {
    expect(await answerTo('STREAM.MSG.GET.SAMPLES', query())).toBe(expected);
  });

  it.each<[string, object | undefined]>([
    ['STREAM.MSG.GET.KV_COLLECTORS', { last_by_subj: '$KV.COLLECTORS.hall-2' }],
    ['STREAM.MSG.GET.KV_COLLECTORS', { seq: 1, next_by_subj: '>' }],
    ['DIRECT.GET.KV_COLLECTORS', { last_by_subj: '$KV.COLLECTORS.hall-2' }],
    ['DIRECT.GET.KV_COLLECTORS.$KV.COLLECTORS.hall-2', undefined],
    ['DIRECT.GET.KV_COLLECTORS.$KV.COLLECTORS.>', undefined],
    ['DIRECT.GET.SAMPLES.samples.hall-2.8.d1', undefined],
  ])('gets no answer to %s', async (request, body) => {
    expect(await answerTo(request, body)).toMatch(/PermissionViolationError|RequestError|NoResponders/);
  });

  it('reads its own lease, and what it takes over', async () => {
    const leases = await KvLeaseStore.open(hall, bucketNames.collectors, { readsDirectly: true });
    expect(await leases.read('hall-1')).toBeUndefined();
    const revision = await leases.write('hall-1', 'one', 0, 20_000);
    expect(await leases.read('hall-1')).toMatchObject({ value: 'one', revision });
    const stream = await SampleStream.open(hall);
    const under = await placed.epochOf(sampleOf('7', 'hall-1', 0));
    expect(await stream.last('7', 'd1', under)).toMatchObject({ collector: 'hall-2', tick: 100 });
  });
});
