import type { ConnectionRules, Line } from '../lines/link.ts';
import type { SingleConnection } from './common-faults.ts';
import type { FaultBoard } from './fault-board.ts';

/** Begins and ends the faults that act on connections at an endpoint's line, as they are planned or set. */
export class ListenerFaults {
  readonly #boards: readonly FaultBoard[];
  readonly #line: () => Line | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param boards the boards of the endpoint and of all of its devices */
  constructor(boards: readonly FaultBoard[], line: () => Line | undefined) {
    this.#boards = boards;
    this.#line = line;
  }

  /** Call this at the start and whenever a fault was set or cleared; planned faults are followed by themselves. */
  async changed(): Promise<void> {
    clearTimeout(this.#timer);
    const nowMs = Date.now();
    const next = Math.min(...this.#boards.map((board) => board.nextListenerChangeMs(nowMs)));
    if (Number.isFinite(next)) {
      const longestTimerMs = 2 ** 31 - 1;
      const inMs = Math.min(Math.max(next - nowMs, 1), longestTimerMs);
      this.#timer = setTimeout(() => void this.changed().catch(() => {}), inMs);
    }
    await this.#line()?.connectionRulesChanged();
  }

  /** The present rules. @param own the rules of the sound endpoint */
  rules(own: Partial<Pick<ConnectionRules, 'maxConnections' | 'others'>> = {}): ConnectionRules {
    const nowMs = Date.now();
    const faults = this.#boards.map((board) => board.ofListener(nowMs));
    const single = faults.find((fault) => fault?.kind === 'single_connection') as
      | SingleConnection
      | undefined;
    return {
      isRefusing: faults.some((fault) => fault?.kind === 'refuse_connections'),
      maxConnections: single ? 1 : own.maxConnections,
      others: single?.others ?? own.others ?? 'close',
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
