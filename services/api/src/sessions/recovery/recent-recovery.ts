import { BrokerUnavailable } from '../../ports.ts';
import { spokenLanguage } from '../../problems/localize.ts';
import type { Language } from '../../problems/negotiate-language.ts';
import { type ComparedSession, type RecoverySources, recoveryView } from './recovery-view.ts';

export interface RecentRecovery {
  readonly asOfMs: number;
  readonly sessions: ReadonlyMap<string, ComparedSession>;
}

/** How long an answer is shared: each screen asks every few seconds, but it only changes with periods and leases. */
const freshMs = 3_000;

/**
 * The comparison of all running sessions, at most a few seconds old and shared by all who ask. It costs one question to the
 * broker per device. Code that uses it must leave out what its caller may not see.
 * @returns undefined while the broker cannot be asked
 * @throws DatabaseUnavailable
 */
export function recentRecovery(sources: RecoverySources): () => Promise<RecentRecovery | undefined> {
  const recoveryByLanguage = new Map<Language, RecentRecovery>();
  const comparisonByLanguage = new Map<Language, Promise<RecentRecovery | undefined>>();
  const compare = async (language: Language): Promise<RecentRecovery | undefined> => {
    try {
      const asOfMs = performance.now();
      const { sessions } = await recoveryView(sources, 'everywhere');
      const latest = { asOfMs, sessions: new Map(sessions.map((session) => [session.session_id, session])) };
      recoveryByLanguage.set(language, latest);
      return latest;
    } catch (error) {
      if (error instanceof BrokerUnavailable) return undefined;
      throw error;
    }
  };
  return async () => {
    const language = spokenLanguage();
    const recent = recoveryByLanguage.get(language);
    if (recent && performance.now() - recent.asOfMs <= freshMs) return recent;
    const begun =
      comparisonByLanguage.get(language) ??
      compare(language).finally(() => comparisonByLanguage.delete(language));
    comparisonByLanguage.set(language, begun);
    return begun;
  };
}
