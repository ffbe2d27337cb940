import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { Overview } from '@holdfast/shared/contracts/http/overview-http.ts';
import { onItsWayMs } from '@holdfast/shared/domain/gaps/lost-after-sending.ts';
import {
  type AccountedSession,
  type AccountingSources,
  accountForSessions,
} from '../accounting/account-for-session.ts';
import { countsOf } from '../accounting/count-ticks.ts';

export type TicksOfDay = Overview['ticks'];

const dayMs = 86_400_000;
/** Counting them costs as much as a list of all sessions, and a share of a day moves slowly. */
const freshMs = 10_000;
const keptAtMost = 200;

/** Ticks of the last day that were due and are stored, by who may see the same; null while the store of samples is away. */
export function ticksOfDay(
  accounting: AccountingSources,
): (who: string, sessions: readonly AccountedSession[]) => Promise<TicksOfDay> {
  const known = new Map<string, { readonly atMs: number; readonly ticks: Promise<TicksOfDay> }>();
  return async (who, sessions) => {
    const last = known.get(who);
    if (last && performance.now() - last.atMs <= freshMs) return last.ticks;
    const ticks = count(accounting, sessions);
    if (known.size >= keptAtMost) known.clear();
    known.set(who, { atMs: performance.now(), ticks });
    const counted = await ticks.catch((error: unknown) => {
      known.delete(who);
      if (error instanceof SampleStoreUnavailable) return null;
      throw error;
    });
    return counted;
  };
}

async function count(
  accounting: AccountingSources,
  sessions: readonly AccountedSession[],
): Promise<TicksOfDay> {
  const to = Date.now() - onItsWayMs;
  const time = { from: new Date(to - dayMs), to: new Date(to) };
  const accounts = await accountForSessions(accounting, sessions, time);
  const { expected, stored } = countsOf([...accounts.sessions.values()].flatMap(({ devices }) => devices));
  return { from: time.from.toISOString(), to: time.to.toISOString(), expected, stored };
}
