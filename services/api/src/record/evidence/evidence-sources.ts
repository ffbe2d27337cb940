import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { type AccountingSources, accountingAt } from '../accounting/account-for-session.ts';

export interface EvidenceSources {
  readonly accounting: AccountingSources;
  readonly samples: Pick<SampleStore, 'firstTicks' | 'aggregate'>;
  /** Time zone of the plant. */
  readonly timeZone: string;
}

/** The same, for evidence of only the devices that were at these sites. */
export function sourcesAt(sources: EvidenceSources, granted: GrantedSites): EvidenceSources {
  return { ...sources, accounting: accountingAt(sources.accounting, granted) };
}
