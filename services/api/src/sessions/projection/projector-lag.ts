import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { SessionLog } from '../../ports.ts';

export interface ProjectorLag {
  /** Last known sequence of SESSIONS, or undefined while it cannot be asked. */
  endOfLog(): number | undefined;
  /** To be called with the sequence of an event that this process has appended. */
  appended(sequence: number): void;
  /** Number of events in SESSIONS that the read model lacks, or undefined while either cannot be asked. */
  events(): number | undefined;
  /** For how many ms the read model has lacked the oldest of them, as far as this process has looked. */
  ms(): number | undefined;
  /**
   * Whether the read model may lack an event that was there `freshForMs` ago. After waiting in vain for an event for
   * longer than that, one can rely on this being true in every process.
   */
  isBehind(): boolean;
  readonly stop: Stop;
}

export interface ProjectorLagOptions {
  /** The log while the broker can be used, undefined otherwise. */
  readonly sessionLog: () => Pick<SessionLog, 'lastSequence'> | undefined;
  /** Sequence that the read model has reached, or undefined while the database is unavailable. */
  readonly reached: () => number | undefined;
  readonly everyMs: number;
  /** How long the result of a look counts. */
  readonly freshForMs: number;
  readonly log: Logger;
}

interface EndOfLog {
  readonly sequence: number;
  readonly atMs: number;
}

/** How many past ends of the log are remembered, which show since when a missing event was there. */
const endsKept = 120;

/** Knows how far the read model is behind the log, whichever process projects. */
export function watchProjectorLag(options: ProjectorLagOptions): ProjectorLag {
  const { sessionLog, reached, everyMs, freshForMs, log } = options;
  let ends: EndOfLog[] = [];
  /** The end of the log that the latest successful look saw, and when that look began. */
  let latest: EndOfLog | undefined;
  /** The newest event that this process has appended since the latest look. */
  let appendedSequence = 0;
  let canAsk = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const source = sessionLog();
    const beganMs = performance.now();
    try {
      if (source) {
        const lastSequence = await source.lastSequence();
        latest = { sequence: lastSequence, atMs: beganMs };
        // A log that has become another one ends where the look says.
        appendedSequence = 0;
        const newest = ends.at(-1)?.sequence ?? -1;
        // A log that ends earlier than before was exchanged for another one.
        if (lastSequence < newest) ends = [];
        if (lastSequence !== newest) ends.push({ sequence: lastSequence, atMs: performance.now() });
        const has = reached() ?? 0;
        ends = ends.filter(({ sequence }, index) => sequence > has || index === ends.length - 1);
        // The oldest end gives the age and the newest the number, so one in between can go.
        if (ends.length > endsKept) ends.splice(1, 1);
      }
      canAsk = source !== undefined;
    } catch (error) {
      canAsk = false;
      log.debug({ err: error }, 'how far the read model is behind could not be looked at');
    }
    if (!isStopped) timer = setTimeout(() => void look(), everyMs);
  };
  void look();

  const behind = (): { events: number; ms: number } | undefined => {
    const has = reached();
    const newest = ends.at(-1);
    if (!canAsk || has === undefined || !newest) return undefined;
    const oldestMissing = ends.find(({ sequence }) => sequence > has);
    return {
      events: Math.max(0, newest.sequence - has),
      ms: oldestMissing ? performance.now() - oldestMissing.atMs : 0,
    };
  };
  return {
    endOfLog: () => (canAsk && latest ? Math.max(latest.sequence, appendedSequence) : undefined),
    appended: (sequence) => {
      appendedSequence = Math.max(appendedSequence, sequence);
    },
    events: () => behind()?.events,
    ms: () => behind()?.ms,
    isBehind: () => {
      const has = reached();
      if (has === undefined || !latest || performance.now() - latest.atMs > freshForMs) return true;
      return has < latest.sequence;
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
