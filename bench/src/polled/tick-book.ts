import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { phaseMs, tickTimeMs } from '../../../services/collector/src/samples/schedule.ts';
import { InvalidMeasurement } from '../benchmark.ts';

export interface PlannedDevice {
  readonly taskId: string;
  readonly id: string;
  readonly periodMs: number;
  /** Values of a complete reading. */
  readonly values: number;
}

/** Every tick that was scheduled within a time, by its outcome. */
export interface TicksOfWindow {
  readonly expected: number;
  readonly read: number;
  /** By cause. */
  readonly missed: Readonly<Record<string, number>>;
  /** Ticks that should be in the stream and are not. */
  readonly absent: number;
  readonly values: number;
  /** By device id. */
  readonly devices: ReadonlyMap<string, DeviceTicks>;
}

export interface DeviceTicks {
  readonly expected: number;
  /** Ticks that were read. */
  readonly reads: readonly TickRead[];
  /** The newest version by which it was read; 0 as long as that is the one with which its session was placed. */
  readonly configVersion: number;
  /** The highest epoch under which it was read; 0 when it was not read. */
  readonly epoch: number;
}

export interface TickRead {
  /** When it was to be read, ms since 1970. */
  readonly dueMs: number;
  /** From then until its answer was complete. */
  readonly latenessMs: number;
}

/** A sample up to where its values begin; the values are counted only. */
interface SampleHead {
  readonly device_id: string;
  readonly epoch: number;
  readonly config_version?: number;
  readonly tick: number;
  readonly through_tick?: number;
  readonly read_at: number;
  readonly miss?: { readonly cause: string };
  readonly values?: Readonly<Record<string, unknown>>;
}

interface Followed extends PlannedDevice {
  /** Ticks from `first` on, up to before `end`. */
  readonly first: number;
  readonly end: number;
  readonly phase: number;
  readonly reads: TickRead[];
  seen: number;
  configVersion: number;
  epoch: number;
}

/** Finds in SAMPLES what became of the ticks of a time. */
export class TickBook {
  readonly #nc: NatsConnection;
  readonly #spread: number;
  #jsm: JetStreamManager | undefined;

  /** @param spread 0…1, the collector's */
  constructor(nc: NatsConnection, spread: number) {
    this.#nc = nc;
    this.#spread = spread;
  }

  /** Devices that the stream has a sample of. */
  async devicesSeen(): Promise<number> {
    const { state } = await (await this.#manager()).streams.info(streamNames.samples);
    return state.num_subjects ?? 0;
  }

  /** When the first sample came, ms since 1970. */
  async firstMs(): Promise<number> {
    const { state } = await (await this.#manager()).streams.info(streamNames.samples);
    return Date.parse(state.first_ts);
  }

  /** Sequence of the newest sample. */
  async newest(): Promise<number> {
    const { state } = await (await this.#manager()).streams.info(streamNames.samples);
    return state.last_seq;
  }

  /** Empties the stream: what was before is not of interest, and takes room. */
  async forget(): Promise<void> {
    await (await this.#manager()).streams.purge(streamNames.samples);
  }

  async read(devices: readonly PlannedDevice[], fromMs: number, toMs: number): Promise<TicksOfWindow> {
    const planned = new Map(
      devices.map((device) => {
        const { id, periodMs } = device;
        const first = Math.ceil(fromMs / periodMs);
        const end = Math.ceil(toMs / periodMs);
        const phase = phaseMs(id, periodMs, this.#spread);
        const followed: Followed = {
          ...device,
          first,
          end,
          phase,
          reads: [],
          seen: 0,
          configVersion: 0,
          epoch: 0,
        };
        return [id, followed];
      }),
    );
    const missed: Record<string, number> = {};
    let readCount = 0;
    let values = 0;
    for await (const { data } of readStream(this.#nc, streamNames.samples)) {
      const sample = JSON.parse(data) as SampleHead;
      const device = planned.get(sample.device_id);
      if (!device) throw new InvalidMeasurement(`SAMPLES has a device ${sample.device_id}`);
      const { tick, through_tick: last = tick } = sample;
      const inside = Math.min(last + 1, device.end) - Math.max(tick, device.first);
      if (inside <= 0) continue;
      device.seen += inside;
      device.configVersion = Math.max(device.configVersion, sample.config_version ?? 0);
      device.epoch = Math.max(device.epoch, sample.epoch);
      const count = sample.values ? Object.keys(sample.values).length : 0;
      if (sample.miss) {
        missed[sample.miss.cause] = (missed[sample.miss.cause] ?? 0) + inside;
        continue;
      }
      if (count !== device.values) {
        throw new InvalidMeasurement(`a reading of ${device.id} has ${count} values, not ${device.values}`);
      }
      readCount += 1;
      values += count;
      const dueMs = tickTimeMs(tick, device.periodMs) + device.phase;
      device.reads.push({ dueMs, latenessMs: sample.read_at - dueMs });
    }
    const all = [...planned.values()];
    const expected = all.reduce((sum, { first, end }) => sum + end - first, 0);
    const ticksSeen = all.reduce((sum, device) => sum + device.seen, 0);
    return {
      expected,
      read: readCount,
      missed,
      absent: expected - ticksSeen,
      values,
      devices: new Map(
        all.map(({ id, first, end, reads, configVersion, epoch }) => [
          id,
          { expected: end - first, reads, configVersion, epoch },
        ]),
      ),
    };
  }

  async #manager(): Promise<JetStreamManager> {
    this.#jsm ??= await jetstreamManager(this.#nc, { checkAPI: false });
    return this.#jsm;
  }
}

/** Ticks of all causes. */
export function missedOf({ missed }: Pick<TicksOfWindow, 'missed'>): number {
  return Object.values(missed).reduce((sum, count) => sum + count, 0);
}

export function latenessOf({ devices }: Pick<TicksOfWindow, 'devices'>): number[] {
  return [...devices.values()].flatMap(({ reads }) => reads.map(({ latenessMs }) => latenessMs));
}
