import { BrokerUnavailable } from '../../ports.ts';
import { type ComparedSession, type RecoverySources, recoveryView } from './recovery-view.ts';

export interface RecentRecovery {
  readonly asOfMs: number;
  readonly sessions: ReadonlyMap<string, ComparedSession>;
}

/** Screens ask every few seconds, each of them; what it tells changes with periods and leases, not within these. */
const freshMs = 3_000;

/**
 * The comparison of all sessions that run, shared by whoever asks and a few seconds old at most: it costs a question to the
 * broker for every device. Whoever gets it must leave out what the caller may not see.
 * @returns undefined while the broker cannot be asked
 * @throws DatabaseUnavailable
 */
export function recentRecovery(sources: RecoverySources): () => Promise<RecentRecovery | undefined> {
  let last: RecentRecovery | undefined;
  let underWay: Promise<RecentRecovery | undefined> | undefined;
  const compare = async (): Promise<RecentRecovery | undefined> => {
    try {
      const asOfMs = performance.now();
      const { sessions } = await recoveryView(sources, 'everywhere');
      last = { asOfMs, sessions: new Map(sessions.map((session) => [session.session_id, session])) };
      return last;
    } catch (error) {
      if (error instanceof BrokerUnavailable) return undefined;
      throw error;
    }
  };
  return async () => {
    if (last && performance.now() - last.asOfMs <= freshMs) return last;
    underWay ??= compare().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
