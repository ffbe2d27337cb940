import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { longestPeriodMs, registerOf } from '../reading-of-version.ts';

interface VersionFrom {
  readonly sessionId: string;
  /** The register that the version reads. */
  readonly register: number;
  /** By the clock of the process that said it; the first event of a session counts from the beginning of time. */
  readonly fromMs: number;
  /** True time at which it was said. */
  readonly saidAtMs: number;
}

/** Clocks of processes differ by up to this in the simulation, jumps aside. */
const clocksDifferMs = 1_000;
/** The longest delay after which a tick is read and not yet overrun: its own period, and a request on its way. */
const readLateMs = 2 * longestPeriodMs + 500;

/** A process that begins to read has looked at the log at most this long ago: it gives each later question up after 5 s. */
const lookedWithinMs = 20_000;

/** Which version of its configuration a session is read by at a time, worked out again, independently of `config-legs`. */
export class VersionsInForce {
  #statements: VersionFrom[] = [];

  appended(event: SessionEvent, timeMs: number, saidAtMs: number): void {
    const { sessionId, configVersion } = event;
    const register = registerOf(configVersion);
    const isFirst = !this.#statements.some((each) => each.sessionId === sessionId);
    const fromMs = event.type === 'session.reconfigured' ? Date.parse(event.effectiveAt) : timeMs;
    this.#statements.push({
      sessionId,
      register,
      fromMs: isFirst ? Number.NEGATIVE_INFINITY : fromMs,
      saidAtMs,
    });
  }

  /**
   * Whether all versions that a reader may have gone by since a time read the same.
   * @param nowMs true time
   * @param wallMs the same by the clock of the process that asks the device
   */
  isAlikeSince(sessionId: string, { nowMs, wallMs }: { nowMs: number; wallMs: number }): boolean {
    const statements = this.#statements.filter((each) => each.sessionId === sessionId);
    const before = statements.findLastIndex(
      ({ fromMs, saidAtMs }) => saidAtMs <= nowMs - lookedWithinMs && fromMs <= wallMs - lookedWithinMs,
    );
    const since = statements.slice(Math.max(0, before));
    return since.every(({ register }) => register === since[0]?.register);
  }

  /**
   * @param register the register of the request
   * @param wallMs by the clock of the process that asks the device
   * @returns for a version that was in force and is not any more, when the news of it came
   */
  judge(sessionId: string, register: number, wallMs: number): 'in_force' | 'early' | 'never' | number {
    const statements = this.#statements.filter((each) => each.sessionId === sessionId);
    if (!statements.some((each) => each.register === register)) return 'never';
    const inForce = (timeMs: number) => statements.findLast(({ fromMs }) => fromMs <= timeMs)?.register;
    // The earliest and the latest time at which the tick may have been scheduled.
    const [first, last] = [wallMs - readLateMs - clocksDifferMs, wallMs + clocksDifferMs];
    const times = [
      first,
      last,
      ...statements.map(({ fromMs }) => fromMs).filter((ms) => ms > first && ms < last),
    ];
    if (times.some((timeMs) => inForce(timeMs) === register)) return 'in_force';
    const isComing = statements.some((each) => each.register === register && each.fromMs > last);
    const wasThere = statements.findLastIndex((each) => each.register === register && each.fromMs <= first);
    if (wasThere < 0) return isComing ? 'early' : 'never';
    return statements.slice(wasThere + 1).find((each) => each.register !== register)?.saidAtMs ?? 0;
  }
}
