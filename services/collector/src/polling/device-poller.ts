import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { ReportFilter } from '../samples/report-filter.ts';
import { tickAt } from '../samples/schedule.ts';
import type { Tick } from '../samples/tick.ts';
import { TickReadings } from '../samples/tick-readings.ts';
import { ValueKeys } from '../samples/value-keys.ts';
import { DeviceReader, type DeviceReaderOptions } from './device-reader.ts';
import { type Endpoint, NotPermitted } from './endpoint.ts';
import type { FormerReading } from './former-reading.ts';
import { SilentGroups } from './silent-groups.ts';
import { TickReader } from './tick-reader.ts';

export interface DevicePollerOptions extends DeviceReaderOptions {
  readonly endpoint: Endpoint;
  readonly onTick: (tick: Tick) => void;
}

/** Reads one device at every tick of its schedule. */
export class DevicePoller extends DeviceReader<DevicePollerOptions> {
  readonly #filter: ReportFilter;
  readonly #silent: SilentGroups;
  /** The empty readings of a tick that was not read. */
  readonly #nothing: TickReadings;
  readonly #overrun: Tick['miss'];
  #reader: TickReader;
  /** The tick under way at the start: the time for which it had been due by then does not count as lateness. */
  #begunAt: number | undefined;
  #readThrough = -1;

  constructor(options: DevicePollerOptions) {
    super(options);
    const { device, backoff, jitter, former } = options;
    this.#filter = new ReportFilter(device.set.points);
    this.#silent = new SilentGroups(backoff, jitter);
    const { polled, isSame } = former ?? {};
    if (polled && isSame) this.#filter.goOnFrom(polled.filter, isSame);
    if (polled) this.#silent.goOnFrom(polled.silent);
    this.#nothing = new TickReadings(new ValueKeys([]), this.#filter);
    const detail = collectorText('not_read_in_time', { ms: this.periodMs });
    this.#overrun = { cause: 'overrun', detail };
    this.#reader = this.#newReader();
  }

  get readThrough(): number {
    return this.#readThrough;
  }

  reading(): FormerReading {
    const takenThroughMs = this.due.takenThroughMs();
    return { record: this.record, polled: { filter: this.#filter, silent: this.#silent, takenThroughMs } };
  }

  override stop(): Promise<void> {
    this.#reader.stop();
    return super.stop();
  }

  restart(): void {
    if (!this.isReading()) return;
    this.wake();
    this.#reader.stop();
    this.#reader = this.#newReader();
    this.begin();
  }

  /**
   * The tick under way counts, so that an hourly task is read when it is started. A tick that the former holder left
   * unread is taken up while there is time: with a phase, until a little after the tick's own end.
   */
  protected firstToRead(from: number, nowMs: number): number {
    const isLeft = from > 0 && from === tickAt(nowMs - this.options.phaseMs, this.periodMs);
    const first = isLeft ? from : Math.max(from, tickAt(nowMs, this.periodMs));
    this.#begunAt = first;
    this.#readThrough = from - 1;
    // Ticks that a former holder left unread are lost, but slow points that were due in them are not.
    this.due.takenThrough(from > 0 ? from - 1 : first - 1);
    return first;
  }

  /** Slow points that were due earlier and not read are still owed. */
  protected goOnAt(firstTick: number): void {
    const takenMs = this.options.former?.polled?.takenThroughMs;
    const lastTick = takenMs === undefined ? firstTick - 1 : Math.floor(takenMs / this.periodMs);
    this.#readThrough = firstTick - 1;
    this.due.takenThrough(Math.min(lastTick, firstTick - 1));
  }

  #newReader(): TickReader {
    const { device, phaseMs, endpoint, backoff, jitter, clock, timers, permission, observer } = this.options;
    return new TickReader({
      ...{ device, phaseMs, endpoint, clock, timers, permission, observer },
      ...{ due: this.due, lacking: this.lacking, record: this.record },
      filter: this.#filter,
      keys: device.set.keys,
      breakers: endpoint.breakers(backoff, jitter),
      silent: this.#silent,
    });
  }

  protected async run(): Promise<void> {
    const { clock, permission, onFault } = this.options;
    // The loop ends when another one takes over.
    const reader = this.#reader;
    const arrive = (nowMs: number) => this.#arrive(reader, nowMs);
    while (!this.isStopped && reader === this.#reader && !this.isAtEnd()) {
      const nowMs = clock.nowMs();
      const waitMs = this.dueMs(this.next) - nowMs;
      if (waitMs > 0) {
        await this.pause(waitMs);
        continue;
      }
      // Checked before anything is reported: ticks that passed while the right to poll was gone are for the next holder
      // to answer for, and a clock that jumped over years must not bring as many results.
      if (!permission()) break;
      try {
        const result = await reader.read(arrive, nowMs);
        if (reader !== this.#reader) return;
        this.#report(result);
      } catch (error) {
        if (reader !== this.#reader) return;
        if (error instanceof NotPermitted) break;
        onFault(error);
        // The values of this tick were perhaps not sent.
        this.#filter.allLost();
        // Leave the tick to the next round, which finds that it has passed.
        await this.pause(this.periodMs);
      }
    }
    if (reader === this.#reader) this.finish();
  }

  /** Reports the ticks that have passed, and returns the one that is due now. */
  #arrive(reader: TickReader, nowMs: number): number {
    const current = tickAt(nowMs - this.options.phaseMs, this.periodMs);
    if (reader !== this.#reader) throw new NotPermitted(collectorText('another_loop_reads_it'));
    while (this.next < current && !this.isAtEnd()) {
      this.#report({
        tick: this.next,
        readAtMs: Math.round(nowMs),
        readings: this.#nothing,
        miss: this.#overrun,
        lacking: undefined,
        wasAsked: false,
        latenessMs: undefined,
      });
    }
    if (this.isAtEnd()) throw new NotPermitted(collectorText('tick_of_another_configuration'));
    return this.next;
  }

  #report(tick: Tick): void {
    const latenessMs = tick.tick === this.#begunAt ? undefined : tick.latenessMs;
    this.#readThrough = tick.tick;
    this.settled(tick.tick, tick.readings.readCount, tick.miss, latenessMs);
    this.options.onTick(tick);
  }
}
