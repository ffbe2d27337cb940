import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { periodMs } from '../period.ts';

interface Said {
  readonly sessionId: string;
  readonly version: number;
  /** By the clock of whoever said it; the first event of a session counts from the beginning of time. */
  readonly fromMs: number;
  /** True time at which it was said. */
  readonly saidAtMs: number;
}

/** Clocks of processes differ by so much in the simulation, jumps aside. */
const clocksDifferMs = 1_000;
/** A tick is read so long after its time at the most, before it counts as overrun: its own period, and a request on its way. */
const readLateMs = 2 * periodMs + 500;

/** Which version of its configuration a session is read by when, said once more and independently of `config-legs`. */
export class VersionsInForce {
  #said: Said[] = [];

  appended(event: SessionEvent, timeMs: number, saidAtMs: number): void {
    const { sessionId, configVersion: version } = event;
    const isFirst = !this.#said.some((each) => each.sessionId === sessionId);
    const fromMs = event.type === 'session.reconfigured' ? Date.parse(event.effectiveAt) : timeMs;
    this.#said.push({ sessionId, version, fromMs: isFirst ? Number.NEGATIVE_INFINITY : fromMs, saidAtMs });
  }

  /**
   * @param wallMs by the clock of whoever asks the device
   * @returns for a version that was in force and is not any more, when the news of it came
   */
  judge(sessionId: string, version: number, wallMs: number): 'in_force' | 'early' | 'never' | number {
    const said = this.#said.filter((each) => each.sessionId === sessionId);
    if (!said.some((each) => each.version === version)) return 'never';
    const inForce = (timeMs: number) => said.findLast(({ fromMs }) => fromMs <= timeMs)?.version;
    // Any time between which the tick was scheduled, and at which one of the legs begins.
    const [first, last] = [wallMs - readLateMs - clocksDifferMs, wallMs + clocksDifferMs];
    const times = [first, last, ...said.map(({ fromMs }) => fromMs).filter((ms) => ms > first && ms < last)];
    if (times.some((timeMs) => inForce(timeMs) === version)) return 'in_force';
    const isComing = said.some((each) => each.version === version && each.fromMs > last);
    const wasThere = said.findLastIndex((each) => each.version === version && each.fromMs <= first);
    if (wasThere < 0) return isComing ? 'early' : 'never';
    return said.slice(wasThere + 1).find((each) => each.version !== version)?.saidAtMs ?? 0;
  }
}
