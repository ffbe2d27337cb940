import type { ReportFilter } from '../samples/report-filter.ts';
import type { TickChanges } from '../samples/tick-changes.ts';
import type { DeviceRecord } from './device-record.ts';
import type { SilentGroups } from './silent-groups.ts';

/** Everything that the reader of a device leaves to its next configuration. */
export interface FormerReading {
  readonly record: DeviceRecord;
  /** Set for a device that was polled. */
  readonly polled?:
    | {
        readonly filter: ReportFilter;
        readonly silent: SilentGroups;
        /** Scheduled time of the last tick whose due points were all asked for. */
        readonly takenThroughMs: number | undefined;
      }
    | undefined;
  /** Set for a subscribed device: the tick that it was in, and how many parts of it were sent. */
  readonly watched?:
    | {
        readonly periodMs: number;
        readonly tick: number;
        readonly part: number;
        readonly told: Pick<TickChanges, 'hasTold'>;
      }
    | undefined;
}

/** The former reading, and whether a point of this code still gives the same values. */
export interface GoesOnFrom extends FormerReading {
  readonly isSame: (code: string) => boolean;
}
