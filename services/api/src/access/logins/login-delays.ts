import { isIPv6 } from 'node:net';

const failuresBefore = 5;
const firstDelayMs = 5_000;
const longestDelayMs = 15 * 60_000;
const minuteMs = 60_000;
/** Nobody fills it by failing by hand; a flood from many networks pushes out first what is over. */
const keptAtMost = 50_000;

interface Failures {
  count: number;
  /** Tries under way, which may fail too. */
  pending: number;
  until: number;
}

/**
 * Decides who has to wait before the next try. After five failures with one login from one network a delay begins that
 * doubles with each further failure, up to 15 minutes; meanwhile the same person gets in from elsewhere. Each process
 * counts for itself.
 */
export class LoginDelays {
  readonly #failures = new Map<string, Failures>();
  readonly #tries = new Map<string, { count: number; until: number }>();
  readonly #perMinute: number;
  readonly #nowMs: () => number;

  /** @param perMinute tries of one network; 0: without a limit. @param nowMs of a clock that never jumps */
  constructor({ perMinute, nowMs = () => performance.now() }: { perMinute: number; nowMs?: () => number }) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /**
   * Counts a try from an address, whoever makes it.
   * @returns ms to wait; 0: go on
   */
  countTry(address: string): number {
    if (this.#perMinute === 0) return 0;
    const now = this.#nowMs();
    const network = networkOf(address);
    const tries = this.#tries.get(network);
    if (!tries || tries.until <= now) {
      makeRoom(this.#tries, ({ until }) => until <= now);
      this.#tries.set(network, { count: 1, until: now + minuteMs });
      return 0;
    }
    tries.count += 1;
    return tries.count > this.#perMinute ? tries.until - now : 0;
  }

  /**
   * Begins a try with a login.
   * @returns ms to wait, or a function to call with whether the try failed; undefined: nobody looked at it
   */
  begin(login: string, address: string): number | ((hasFailed: boolean | undefined) => void) {
    const now = this.#nowMs();
    const key = `${login.toLowerCase()} ${networkOf(address)}`;
    const failures = this.#failures.get(key) ?? { count: 0, pending: 0, until: 0 };
    if (failures.until > now) return failures.until - now;
    // Otherwise many tries at once would all be looked at before the first of them has failed.
    if (failures.pending > 0 && failures.count + failures.pending >= failuresBefore) return 1_000;
    if (!this.#failures.has(key)) {
      makeRoom(this.#failures, ({ until, pending }) => pending === 0 && until + longestDelayMs <= now);
      this.#failures.set(key, failures);
    } else if (failures.pending === 0 && failures.until > 0 && failures.until + longestDelayMs <= now) {
      failures.count = 0;
    }
    failures.pending += 1;
    return (hasFailed) => {
      failures.pending -= 1;
      if (hasFailed === undefined) return;
      if (!hasFailed) {
        failures.count = 0;
        if (failures.pending === 0) this.#failures.delete(key);
        return;
      }
      failures.count += 1;
      const doublings = failures.count - failuresBefore;
      const delayMs = doublings < 0 ? 0 : Math.min(firstDelayMs * 2 ** doublings, longestDelayMs);
      failures.until = this.#nowMs() + delayMs;
    };
  }
}

function makeRoom<T>(kept: Map<string, T>, isOver: (value: T) => boolean): void {
  if (kept.size < keptAtMost) return;
  for (const [key, value] of kept) if (isOver(value)) kept.delete(key);
  for (const key of kept.keys()) {
    if (kept.size < keptAtMost) return;
    kept.delete(key);
  }
}

/** An IPv4 address itself; the first 64 bits of an IPv6 address, whose rest each host chooses as it likes. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [head = '', tail = ''] = bare.split('::', 2);
  const first = head.split(':').filter((part) => part !== '');
  const last = tail.split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const parts = bare.includes('::') ? [...first, ...zeros, ...last] : first;
  return `${parts
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}
