import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { AccountingSources } from '../accounting/account-for-session.ts';

export interface EvidenceSources {
  readonly accounting: AccountingSources;
  readonly samples: Pick<SampleStore, 'firstTicks'>;
  /** Time zone of the plant. */
  readonly timeZone: string;
}
