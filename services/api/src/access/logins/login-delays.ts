import { isIPv6 } from 'node:net';

const failuresBefore = 5;
/** Failures with one login, wherever they come from, before networks new to it have to wait. */
const failuresAnywhereBefore = 20;
const firstDelayMs = 5_000;
const longestDelayMs = 15 * 60_000;
/** Failing by hand never fills it; a flood from many networks pushes out first what is over. */
const keptAtMost = 50_000;
/** Networks of one login: a person has a desk, a phone and a few places more. */
const familiarNetworksAtMost = 16;

/** Tries with one login from one network. */
interface Failures {
  count: number;
  /** Tries under way, which may fail too. */
  pending: number;
  until: number;
  /** From when on it waits because of failures elsewhere: its last failure, or else its first try that had to wait. */
  waitingSince: number | undefined;
}

/** Tries with one login from anywhere. */
interface Account {
  failures: number;
  pending: number;
  until: number;
  /** Networks from which the login has succeeded, the one used last at the end. */
  readonly familiar: Set<string>;
}

/**
 * Decides who has to wait before the next try. After five failures with one login from one network a delay begins that
 * doubles with each further failure, up to 15 minutes. After twenty failures with one login from anywhere, each network
 * from which it has not succeeded before waits as well, in the same way: many addresses guess little more than one, and
 * a person cannot be locked out, because that wait ends after 15 minutes whatever others do meanwhile. Each process
 * counts for itself.
 */
export class LoginDelays {
  readonly #failures = new Map<string, Failures>();
  readonly #accounts = new Map<string, Account>();
  readonly #nowMs: () => number;

  /** @param nowMs of a clock that never jumps */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * Begins a try with a login.
   * @returns ms to wait, or a function to call with whether the try failed; undefined: it was not checked
   */
  begin(login: string, address: string): number | ((hasFailed: boolean | undefined) => void) {
    const now = this.#nowMs();
    const name = login.toLowerCase();
    const network = networkOf(address);
    const account = this.#accountOf(name, now);
    const failures = this.#failuresOf(`${name} ${network}`, now);
    if (failures.until > now) return failures.until - now;
    // Otherwise many tries at once would all be looked at before the first of them has failed.
    if (failures.pending > 0 && failures.count + failures.pending >= failuresBefore) return 1_000;
    if (!account.familiar.has(network)) {
      const waitMs = waitForOthers(account, failures, now);
      if (waitMs > 0) return waitMs;
    }
    failures.pending += 1;
    account.pending += 1;
    return (hasFailed) => {
      failures.pending -= 1;
      account.pending -= 1;
      if (hasFailed === undefined) return;
      if (!hasFailed) {
        failures.count = 0;
        if (failures.pending === 0) this.#failures.delete(`${name} ${network}`);
        makeFamiliar(account, network);
        return;
      }
      const failedAt = this.#nowMs();
      failures.count += 1;
      failures.waitingSince = failedAt;
      failures.until = failedAt + delayAfter(failures.count - failuresBefore);
      account.failures += 1;
      account.until = failedAt + delayAfter(account.failures - failuresAnywhereBefore);
    };
  }

  #accountOf(name: string, now: number): Account {
    const knownAccount = this.#accounts.get(name);
    if (!knownAccount) {
      makeRoom(
        this.#accounts,
        ({ until, pending, familiar }) =>
          pending === 0 && familiar.size === 0 && until + longestDelayMs <= now,
      );
      const account = { failures: 0, pending: 0, until: 0, familiar: new Set<string>() };
      this.#accounts.set(name, account);
      return account;
    }
    if (knownAccount.pending === 0 && knownAccount.until > 0 && knownAccount.until + longestDelayMs <= now)
      knownAccount.failures = 0;
    return knownAccount;
  }

  #failuresOf(key: string, now: number): Failures {
    const knownFailures = this.#failures.get(key);
    if (!knownFailures) {
      makeRoom(
        this.#failures,
        ({ until, pending, waitingSince = 0 }) =>
          pending === 0 && Math.max(until, waitingSince) + longestDelayMs <= now,
      );
      const failures = { count: 0, pending: 0, until: 0, waitingSince: undefined };
      this.#failures.set(key, failures);
      return failures;
    }
    if (knownFailures.pending === 0 && knownFailures.until > 0 && knownFailures.until + longestDelayMs <= now)
      knownFailures.count = 0;
    return knownFailures;
  }
}

/**
 * How long a network waits for failures elsewhere. The wait counts from its first try, and grows with what fails
 * meanwhile. Otherwise all networks could begin to wait at once and then guess at once.
 */
function waitForOthers(account: Account, failures: Failures, now: number): number {
  const delayMs = delayAfter(account.failures + account.pending - failuresAnywhereBefore);
  if (delayMs === 0) return 0;
  failures.waitingSince ??= now;
  return Math.max(0, failures.waitingSince + delayMs - now);
}

/** @param more failures beyond those that are free */
function delayAfter(more: number): number {
  return more < 0 ? 0 : Math.min(firstDelayMs * 2 ** more, longestDelayMs);
}

function makeFamiliar({ familiar }: Account, network: string): void {
  familiar.delete(network);
  familiar.add(network);
  const [oldest] = familiar.size > familiarNetworksAtMost ? familiar : [];
  if (oldest !== undefined) familiar.delete(oldest);
}

function makeRoom<T>(cache: Map<string, T>, isOver: (value: T) => boolean): void {
  if (cache.size < keptAtMost) return;
  for (const [key, value] of cache) if (isOver(value)) cache.delete(key);
  for (const key of cache.keys()) {
    if (cache.size < keptAtMost) return;
    cache.delete(key);
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
