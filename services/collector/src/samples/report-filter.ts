import { valueCodes } from '@holdfast/driver/point.ts';
import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import type { PointConfig, ReportByException } from '@holdfast/shared/contracts/task-config.ts';

interface LastSent {
  readonly report: ReportByException;
  /** Undefined when the next reading is sent in any case. */
  value: PointValue | undefined;
  isUncertain: boolean;
  atMs: number;
}

/**
 * Report by exception. A reading is sent when it is the first one, when it differs from the last one sent by more than
 * a deadband (of two, the smaller counts), when its quality has changed, and when the last one was sent a heartbeat
 * ago. Points without `report` are always sent.
 */
export class ReportFilter {
  readonly #points = new Map<string, LastSent>();

  constructor(points: readonly Pick<PointConfig, 'code' | 'count' | 'report'>[]) {
    for (const point of points) {
      const { report } = point;
      if (!report) continue;
      for (const code of valueCodes(point)) {
        this.#points.set(code, { report, value: undefined, isUncertain: false, atMs: 0 });
      }
    }
  }

  /**
   * Goes on from what another filter has sent last.
   * @param isSame whether a point of this code still gives the same values
   */
  goOnFrom(former: ReportFilter, isSame: (code: string) => boolean): void {
    for (const [code, last] of this.#points) {
      const formerPoint = former.#points.get(code);
      if (!formerPoint || !isSame(code)) continue;
      last.value = formerPoint.value;
      last.isUncertain = formerPoint.isUncertain;
      last.atMs = formerPoint.atMs;
    }
  }

  /** Whether all readings are always sent. */
  isIdle(): boolean {
    return this.#points.size === 0;
  }

  /**
   * Whether to send this reading. If so, later ones are compared with it.
   * @param isInteger true for a 64-bit integer in decimal
   * @param timeMs scheduled time of its tick
   */
  takes(code: string, value: PointValue, isInteger: boolean, isUncertain: boolean, timeMs: number): boolean {
    const last = this.#points.get(code);
    if (!last) return true;
    const isWorthIt =
      last.value === undefined ||
      last.isUncertain !== isUncertain ||
      timeMs - last.atMs >= last.report.heartbeat_ms ||
      differs(value, last.value, isInteger, last.report);
    if (!isWorthIt) return false;
    last.value = value;
    last.isUncertain = isUncertain;
    last.atMs = timeMs;
    return true;
  }

  /** The value could not be read: the next reading changes its quality. */
  lost(code: string): void {
    const last = this.#points.get(code);
    if (last) last.value = undefined;
  }

  /** No value could be read. */
  allLost(): void {
    for (const last of this.#points.values()) last.value = undefined;
  }
}

function differs(
  value: PointValue,
  last: PointValue,
  isInteger: boolean,
  report: ReportByException,
): boolean {
  if (value === last) return false;
  const { deadband_absolute: absolute, deadband_percent: percent } = report;
  if (absolute === undefined && percent === undefined) return true;
  const both = isInteger ? integerDifference(value, last) : numberDifference(value, last);
  if (!both) return true;
  return (
    (absolute !== undefined && both.difference > absolute) ||
    (percent !== undefined && both.difference > (both.from * percent) / 100)
  );
}

interface Difference {
  readonly difference: number;
  /** Magnitude of the earlier value. */
  readonly from: number;
}

/** Undefined for values that are not numbers. */
function numberDifference(value: PointValue, last: PointValue): Difference | undefined {
  if (typeof value !== 'number' || typeof last !== 'number') return undefined;
  return { difference: Math.abs(value - last), from: Math.abs(last) };
}

function integerDifference(value: PointValue, last: PointValue): Difference | undefined {
  if (typeof value !== 'string' || typeof last !== 'string') return undefined;
  return { difference: Math.abs(Number(BigInt(value) - BigInt(last))), from: Math.abs(Number(last)) };
}
