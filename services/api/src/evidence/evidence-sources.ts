import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { AccountingSources } from '../accounting/account-for-session.ts';

export interface EvidenceSources {
  readonly accounting: AccountingSources;
  readonly samples: Pick<SampleStore, 'firstTicks'>;
  /** By which clock the plant lives. */
  readonly timeZone: string;
}
