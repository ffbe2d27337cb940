import { type LogDamage, logDamageRepeatMs } from '@holdfast/shared/contracts/log-damage.ts';
import type { WaitingNotice } from '@holdfast/shared/contracts/waiting-notice.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';

export interface WaitingListener {
  /** `notice` is undefined when the task's session waits no longer. */
  onNotice(taskId: string, notice: WaitingNotice | undefined): void;
  /** `damage` is undefined when the report was withdrawn. */
  onLogDamage(key: string, damage: LogDamage | undefined): void;
}

/** Hands over every present notice and then every change; returns a function that ends the watch. */
export type WatchNotices = (listener: WaitingListener) => Promise<() => void>;

export interface WaitingSession {
  readonly session_id: string;
  readonly task_id: number;
  readonly placement_state: string | null;
}

/** Why sessions wait for a collector, as the supervisor last said, and which supervisors have found the log damaged. */
export interface WaitingNotices {
  /** Begins a watch that replaces the former one; called again after every reconnect. */
  watch(notices: WatchNotices): Promise<void>;
  of(session: WaitingSession): WaitingNotice | undefined;
  logDamages(): LogDamage[];
  stop: Stop;
}

interface HeardDamage {
  readonly damage: LogDamage;
  readonly atMs: number;
}

/**
 * Keeps the supervisor's notices here, so that a list of sessions costs the broker no question. While the broker is
 * away the last ones stand. Nothing can be placed meanwhile.
 */
export function startWaitingNotices(): WaitingNotices {
  let notices = new Map<string, WaitingNotice>();
  let damages = new Map<string, HeardDamage>();
  let stopWatch: (() => void) | undefined;
  const logDamages = () => {
    const fromMs = performance.now() - 3 * logDamageRepeatMs;
    return [...damages.values()].flatMap(({ damage, atMs }) => (atMs >= fromMs ? [damage] : []));
  };
  return {
    watch: async (watchNotices) => {
      stopWatch?.();
      stopWatch = undefined;
      // The bucket is in memory: a restarted broker has forgotten its content, and so must we.
      const fresh = new Map<string, WaitingNotice>();
      const freshDamages = new Map<string, HeardDamage>();
      notices = fresh;
      damages = freshDamages;
      stopWatch = await watchNotices({
        onNotice(taskId, notice) {
          if (notice) fresh.set(taskId, notice);
          else fresh.delete(taskId);
        },
        onLogDamage(key, damage) {
          if (damage) freshDamages.set(key, { damage, atMs: performance.now() });
          else freshDamages.delete(key);
        },
      });
    },
    of(session) {
      const notice = notices.get(String(session.task_id));
      const [damage] = logDamages();
      // Placed sessions go on. A notice newer than the damage comes from a supervisor that leads in spite of it.
      if (!damage || session.placement_state === 'placed') return notice;
      if (notice && Date.parse(notice.since) >= Date.parse(damage.since)) return notice;
      const detail = waitingText('log_damaged', { detail: damage.detail });
      return { v: 1, session: session.session_id, why: 'log_damaged', detail, since: damage.since };
    },
    logDamages,
    stop: async () => stopWatch?.(),
  };
}
