import type { SessionPast } from '../../sessions/queries/session-pasts.ts';
import type { TimeRange } from '../../times/time-range.ts';
import {
  type AccountingSources,
  type AccountingTime,
  accountForSessions,
  type DeviceAccount,
} from '../accounting/account-for-session.ts';
import { brokerUnavailableNotice } from '../accounting/accounting-routes.ts';
import type { RowWithin } from './sessions-within.ts';

/** One session with the account of its ticks within the requested time. */
export interface Evidence {
  readonly row: RowWithin;
  /** Undefined if the configuration that says which ticks were due is lost. */
  readonly devices: readonly DeviceAccount[] | undefined;
  readonly past: SessionPast;
}

/** Bounds memory: a month of ticks of some hundred sessions is more than one answer may hold at once. */
const sessionsAtOnce = 100;

/**
 * Yields the evidence of sessions, in their order.
 * @param only the devices to account for
 * @param onBrokerSilent called when NATS could not be asked for some of the evidence
 * @throws DatabaseUnavailable, SampleStoreUnavailable
 */
export async function* evidenceOf(
  accounting: AccountingSources,
  rows: readonly RowWithin[],
  time: TimeRange & Pick<AccountingTime, 'withValues'>,
  { only, onBrokerSilent }: { only?: ReadonlySet<string> | undefined; onBrokerSilent: () => void },
): AsyncGenerator<Evidence> {
  for (let start = 0; start < rows.length; start += sessionsAtOnce) {
    const some = rows.slice(start, start + sessionsAtOnce);
    const { sessions, brokerWasAsked } = await accountForSessions(accounting, some, { ...time, only });
    if (!brokerWasAsked) onBrokerSilent();
    const pasts = await accounting.pasts.of(some);
    for (const row of some) {
      const past = pasts.get(row.session_id);
      if (past) yield { row, devices: sessions.get(row.session_id)?.devices, past };
    }
  }
}

/** The head of an answer about a time, which notes if NATS could not be asked for some of it. */
export class EvidenceHead {
  readonly #time: TimeRange;
  #isBrokerSilent = false;

  constructor(time: TimeRange) {
    this.#time = time;
  }

  readonly onBrokerSilent = () => {
    this.#isBrokerSilent = true;
  };

  /** The head, once all evidence has been read. */
  view() {
    return {
      from: this.#time.from.toISOString(),
      to: this.#time.to.toISOString(),
      not_asked: this.#isBrokerSilent ? [brokerUnavailableNotice()] : [],
    };
  }
}

export function sessionOf({ session_id, task_code, task_name, status, site_codes }: RowWithin) {
  return { session_id, task_code, task_name, status, sites: site_codes ?? [] };
}
