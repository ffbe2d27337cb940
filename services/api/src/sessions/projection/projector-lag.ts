import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { SessionLog } from '../../ports.ts';

export interface ProjectorLag {
  /** Events of SESSIONS that the read model does not have; undefined while one of both cannot be asked. */
  events(): number | undefined;
  /** For how long it has been without the oldest of them, as far as this process has looked, in ms. */
  ms(): number | undefined;
  /**
   * Whether the read model may lack an event that was there `freshForMs` ago. So who waited for it for longer than that,
   * in vain, can be sure that this says so, in every process.
   */
  isBehind(): boolean;
  readonly stop: Stop;
}

export interface ProjectorLagOptions {
  /** While the broker can be used, undefined otherwise. */
  readonly sessionLog: () => Pick<SessionLog, 'lastSequence'> | undefined;
  /** Sequence that the read model has come to; undefined while the database is away. */
  readonly reached: () => number | undefined;
  readonly everyMs: number;
  /** Time for which a look counts. */
  readonly freshForMs: number;
  readonly log: Logger;
}

interface Seen {
  readonly sequence: number;
  readonly atMs: number;
}

/** How many ends of the log are remembered: they tell since when what is missing was there. */
const endsKept = 120;

/** Knows how far the read model is behind the log, whichever process projects. */
export function watchProjectorLag(options: ProjectorLagOptions): ProjectorLag {
  const { sessionLog, reached, everyMs, freshForMs, log } = options;
  let ends: Seen[] = [];
  /** When the latest look began that saw an end, and that end. */
  let looked: Seen | undefined;
  let canAsk = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const source = sessionLog();
    const beganMs = performance.now();
    try {
      if (source) {
        const lastSequence = await source.lastSequence();
        looked = { sequence: lastSequence, atMs: beganMs };
        const newest = ends.at(-1)?.sequence ?? -1;
        // A log that ends earlier than before was exchanged for another one.
        if (lastSequence < newest) ends = [];
        if (lastSequence !== newest) ends.push({ sequence: lastSequence, atMs: performance.now() });
        const has = reached() ?? 0;
        ends = ends.filter(({ sequence }, index) => sequence > has || index === ends.length - 1);
        // The oldest tells the age, the newest the number; what lies between is only for later.
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
    events: () => behind()?.events,
    ms: () => behind()?.ms,
    isBehind: () => {
      const has = reached();
      if (has === undefined || !looked || performance.now() - looked.atMs > freshForMs) return true;
      return has < looked.sequence;
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
