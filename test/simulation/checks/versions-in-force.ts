import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { longestPeriodMs, registerOf } from '../reading-of-version.ts';

interface Said {
  readonly sessionId: string;
  /** Read by the version. */
  readonly register: number;
  /** By the clock of whoever said it; the first event of a session counts from the beginning of time. */
  readonly fromMs: number;
  /** True time at which it was said. */
  readonly saidAtMs: number;
}

/** Clocks of processes differ by so much in the simulation, jumps aside. */
const clocksDifferMs = 1_000;
/** A tick is read so long after its time at the most, before it counts as overrun: its own period, and a request on its way. */
const readLateMs = 2 * longestPeriodMs + 500;

/** Who begins to read has looked at the log so long before at the most: each of its questions after that is given up after 5 s. */
const lookedWithinMs = 20_000;

/** Which version of its configuration a session is read by when, said once more and independently of `config-legs`. */
export class VersionsInForce {
  #said: Said[] = [];

  appended(event: SessionEvent, timeMs: number, saidAtMs: number): void {
    const { sessionId, configVersion } = event;
    const register = registerOf(configVersion);
    const isFirst = !this.#said.some((each) => each.sessionId === sessionId);
    const fromMs = event.type === 'session.reconfigured' ? Date.parse(event.effectiveAt) : timeMs;
    this.#said.push({ sessionId, register, fromMs: isFirst ? Number.NEGATIVE_INFINITY : fromMs, saidAtMs });
  }

  /**
   * Whether all versions read the same that a reader may have gone by since a time.
   * @param nowMs true time
   * @param wallMs the same by the clock of whoever asks the device
   */
  isAlikeSince(sessionId: string, { nowMs, wallMs }: { nowMs: number; wallMs: number }): boolean {
    const said = this.#said.filter((each) => each.sessionId === sessionId);
    const before = said.findLastIndex(
      ({ fromMs, saidAtMs }) => saidAtMs <= nowMs - lookedWithinMs && fromMs <= wallMs - lookedWithinMs,
    );
    const since = said.slice(Math.max(0, before));
    return since.every(({ register }) => register === since[0]?.register);
  }

  /**
   * @param register that is asked for
   * @param wallMs by the clock of whoever asks the device
   * @returns for a version that was in force and is not any more, when the news of it came
   */
  judge(sessionId: string, register: number, wallMs: number): 'in_force' | 'early' | 'never' | number {
    const said = this.#said.filter((each) => each.sessionId === sessionId);
    if (!said.some((each) => each.register === register)) return 'never';
    const inForce = (timeMs: number) => said.findLast(({ fromMs }) => fromMs <= timeMs)?.register;
    // Any time between which the tick was scheduled, and at which one of the legs begins.
    const [first, last] = [wallMs - readLateMs - clocksDifferMs, wallMs + clocksDifferMs];
    const times = [first, last, ...said.map(({ fromMs }) => fromMs).filter((ms) => ms > first && ms < last)];
    if (times.some((timeMs) => inForce(timeMs) === register)) return 'in_force';
    const isComing = said.some((each) => each.register === register && each.fromMs > last);
    const wasThere = said.findLastIndex((each) => each.register === register && each.fromMs <= first);
    if (wasThere < 0) return isComing ? 'early' : 'never';
    return said.slice(wasThere + 1).find((each) => each.register !== register)?.saidAtMs ?? 0;
  }
}
