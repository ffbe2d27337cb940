import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { eventually } from './eventually.ts';

type Placed = Pick<Sample, 'session' | 'collector' | 'task'>;
type SampleFields = Placed &
  Pick<Sample, 'epoch' | 'device_id' | 'device' | 'site' | 'measurement' | 'values' | 'integers'>;

/** Epochs from 1 on that a test may name for each session and collector. */
const epochsNamed = 16;
/** Points that every device of a test has. */
const usualCodes = ['temperature', 'run', 'state', 'count', 'pressure'];

interface Block {
  /** Its epochs in the log, from the one that tests call 1. */
  readonly epochs: Promise<readonly number[]>;
  /** Points that its snapshot has. */
  readonly has: ReadonlySet<string>;
}

/** Writes into the log and the snapshots what a writer needs before it takes samples that a test has made up. */
export class PlacedSamples {
  readonly #nc: NatsConnection;
  /** By session and collector. */
  readonly #blocks = new Map<string, Block>();
  #version = 0;

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /**
   * The same samples under epochs that SESSIONS has given to their sessions, in the order of those that the test names. What a session
   * is to have of devices and points follows from the first samples of it, or by `all`; what comes later has higher epochs.
   */
  async placed<S extends SampleFields>(
    samples: readonly S[],
    all: readonly SampleFields[] = samples,
  ): Promise<S[]> {
    const placed: S[] = [];
    for (const sample of samples) placed.push({ ...sample, epoch: await this.epochOf(sample, all) });
    return placed;
  }

  async epochOf(sample: SampleFields, all: readonly SampleFields[] = [sample]): Promise<number> {
    const key = JSON.stringify([sample.session, sample.collector]);
    let block = this.#blocks.get(key);
    if (!block || codesOf(sample).some((code) => !block?.has.has(placeOf(sample, code)))) {
      const sessionSamples = all.filter(({ session }) => session === sample.session);
      const has = sessionSamples.flatMap((each) => codesOf(each).map((code) => placeOf(each, code)));
      block = { epochs: this.#place(sample, sessionSamples), has: new Set(has) };
      this.#blocks.set(key, block);
    }
    const epoch = (await block.epochs)[sample.epoch - 1];
    if (epoch === undefined) throw new RangeError(`epoch ${sample.epoch} is not among those named`);
    return epoch;
  }

  async #place(
    { session, collector, task }: Placed,
    sessionSamples: readonly SampleFields[],
  ): Promise<number[]> {
    const nc = this.#nc;
    await eventually(
      async () => {
        const jsm = await jetstreamManager(nc, { checkAPI: false });
        await jsm.streams.info(streamNames.sessions);
        return (await jsm.streams.info('OBJ_TASK_CONFIGS')) !== undefined;
      },
      { what: 'the streams to be there' },
    );
    this.#version += 1;
    const configVersion = this.#version;
    await (await TaskConfigStore.open(nc)).put(configOf(task, configVersion, sessionSamples));
    const event = {
      type: 'session.assigned',
      sessionId: session,
      taskId: task,
      collectorId: collector,
    } as const;
    // Long ago: tests name what ticks they like.
    const more = { configVersion, reason: 'start', refusals: 0 } as const;
    const epochs: number[] = [];
    while (epochs.length < epochsNamed) {
      const metadata = { id: crypto.randomUUID(), time: new Date(0).toISOString(), source: '/holdfast/test' };
      const body = JSON.stringify(encodeSessionEvent({ ...event, ...more }, metadata));
      const { seq } = await jetstream(nc).publish(subjects.placement(task), body);
      // Services of the test may write in between.
      epochs.push(seq);
    }
    return epochs;
  }
}

function codesOf({ values = {}, integers = {} }: SampleFields): string[] {
  return [...new Set([...usualCodes, ...Object.keys(values), ...Object.keys(integers)])];
}

function placeOf({ device_id, device, measurement }: SampleFields, code: string): string {
  return JSON.stringify([device_id, device, measurement, code]);
}

function configOf(task: string, version: number, samples: readonly SampleFields[]) {
  const devices = new Map(samples.map((sample) => [sample.device_id, sample]));
  return taskConfigSchema.parse({
    schema_version: 3,
    task_id: task,
    task_code: task,
    task_name: '',
    config_version: version,
    period_ms: 1_000,
    devices: [...devices.values()].map(({ device_id, device, site, measurement }) => {
      const deviceSamples = samples.filter((sample) => sample.device_id === device_id);
      return {
        ...{ id: device_id, code: device, site_code: site, measurement },
        ...{ protocol: 'modbus_tcp', connection: { host: '127.0.0.1' } },
        points: [...new Set(deviceSamples.flatMap(codesOf))].map((code, address) => ({
          ...{ code, address: { table: 'holding_register', address }, data_type: 'int16' },
        })),
      };
    }),
  });
}
