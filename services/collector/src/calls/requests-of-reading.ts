import { errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link } from '@holdfast/driver/link.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { Answer, Group } from '@holdfast/driver/requests.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import type {
  FrameBytes,
  ReadPoint,
  ReadRequestReport,
  RequestFailure,
} from '@holdfast/shared/contracts/device-call.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Words } from '@holdfast/texts/text.ts';
import { missCauseOf } from '../polling/miss-cause.ts';
import type { PollableDevice } from '../polling/pollable-device.ts';
import { isBusy, isFailureOfDevice, isRefusal } from '../polling/tick-reader.ts';
import { readValue, type Unread } from './read-point.ts';

export interface RequestsOfReadingOptions {
  readonly device: Pick<PollableDevice, 'pace' | 'timeoutMs'>;
  readonly list: PointList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Time left for the reading, in ms. */
  readonly leftMs: () => number;
}

/** Most hexadecimal digits reported for one reading: they share a message with the values, and a broker takes 1 MiB. */
const mostHeard = 128 * 1_024;

/** The outcome of the requests of one reading, value by value. */
export class RequestsOfReading {
  readonly reports: ReadRequestReport[] = [];
  readonly pointsByCode = new Map<string, ReadPoint>();
  /** By code of a value: how its last request failed. */
  readonly failed = new Map<string, Unread>();
  /** Failed values whose requests explain everything: asking again would bring no more. */
  readonly settled = new Map<string, Unread>();
  /** Whether the device has answered anything, even with an exception. */
  hasAnswered = false;
  /** Place of a value that was read. Reading it again shows whether the device still answers. */
  placeRead: number | undefined;
  readonly #options: RequestsOfReadingOptions;
  /** By code of a value: the rounds in which it was requested in vain. */
  readonly #failures = new Map<string, Set<number>>();
  #round = 0;
  #heardLength = 0;

  constructor(options: RequestsOfReadingOptions) {
    this.#options = options;
  }

  beginRound(): void {
    this.#round += 1;
  }

  /** Wraps the link for the length of the reading, and records the requests that go over it. */
  over(link: Link): Link {
    return {
      read: (group, timeoutMs) => this.#read(link, group, timeoutMs),
      disconnect: () => link.disconnect(),
    };
  }

  failuresOf(code: string): number {
    return this.#failures.get(code)?.size ?? 0;
  }

  codeOf(at: number): string {
    return this.#options.list.codes[at] ?? '';
  }

  /** How much is known by now; the increase in a round is its progress. */
  get knownCount(): number {
    return this.pointsByCode.size + this.settled.size;
  }

  async #read(link: Link, group: Group, deviceMs: number): Promise<Answer> {
    const { nowMs, leftMs } = this.#options;
    const startedMs = nowMs();
    const timeoutMs = Math.min(deviceMs, Math.max(1, Math.floor(leftMs())));
    const sinceMs = () => Math.round((nowMs() - startedMs) * 10) / 10;
    const frames: FrameBytes[] = [];
    const report = (error: Words, failure?: RequestFailure) => {
      const isKept = this.#hear(frames);
      this.reports.push({
        ...group.describe(),
        ...{ ms: sinceMs(), error },
        ...(failure && { failure }),
        ...(isKept && { heard: frames }),
      });
    };
    try {
      const answer = await link.read(group, timeoutMs, (direction, bytes) =>
        frames.push({ direction, ms: sinceMs(), bytes: Buffer.from(bytes).toString('hex') }),
      );
      report('');
      this.#keep(group, answer);
      return answer;
    } catch (error) {
      report(errorText(error), error instanceof DriverFailure ? kindOf(error) : undefined);
      if (error instanceof DriverFailure) this.#note(group, error, timeoutMs);
      throw error;
    }
  }

  /** Whether there is room for these bytes too. */
  #hear(frames: readonly FrameBytes[]): boolean {
    this.#heardLength += frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return this.#heardLength <= mostHeard;
  }

  #keep({ values }: Group, answer: Answer): void {
    const { list } = this.#options;
    this.hasAnswered = true;
    const readings = new Readings(list);
    answer.decode(readings);
    for (const reading of readings.all) {
      this.pointsByCode.set(reading.code, readValue(reading, answer.raw?.(reading.at) ?? []));
    }
    this.placeRead = values.at(-1) ?? this.placeRead;
  }

  #note(group: Group, failure: DriverFailure, timeoutMs: number): void {
    const isAnswer = failure.isAnswer && !isFailureOfDevice(failure);
    if (isAnswer) this.hasAnswered = true;
    const why = this.#whyOf(failure, timeoutMs);
    for (const code of group.values.map((at) => this.codeOf(at))) {
      this.failed.set(code, why);
      // Other requests will find out which part is refused.
      if (isAnswer && isRefusal(failure)) continue;
      if (isAnswer && !isBusy(failure)) this.settled.set(code, why);
      const rounds = this.#failures.get(code) ?? new Set();
      this.#failures.set(code, rounds.add(this.#round));
    }
  }

  #whyOf(failure: DriverFailure, timeoutMs: number): Unread {
    const { text: why } = failure;
    const { pace, timeoutMs: deviceMs } = this.#options.device;
    if (isBusy(failure)) {
      return {
        detail: collectorText('also_after_retries', { why, count: pace.busyRetries }),
        met_limit: 'busy_retries',
      };
    }
    if (failure.kind !== 'timeout') return { detail: why };
    return timeoutMs < deviceMs
      ? {
          detail: collectorText('when_the_test_was_over', { why, ms: deviceMs }),
          met_limit: 'test_time',
        }
      : { detail: collectorText('device_timeout', { why }), met_limit: 'device_timeout' };
  }
}

function kindOf(failure: DriverFailure): RequestFailure {
  return failure.isAnswer && isFailureOfDevice(failure) ? 'gateway' : missCauseOf(failure);
}
