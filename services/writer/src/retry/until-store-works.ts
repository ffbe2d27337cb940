import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { StoppedWhileTrying, untilItWorks } from '@holdfast/shared/runtime/until-it-works.ts';
import type { SinkMonitor } from '../health/sink-monitor.ts';
import { writerOutage } from './writer-outage.ts';

/** Tries until the store works. Undefined when the service is to stop first. */
export async function untilStoreWorks<T>(
  { log, monitor, signal }: { log: Logger; monitor: SinkMonitor; signal: AbortSignal },
  attempt: () => Promise<T>,
): Promise<T | undefined> {
  const outage = writerOutage(log, 'the database');
  try {
    return await untilItWorks(attempt, {
      signal,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      outage: {
        failed: (error) => {
          outage.failed(error);
          monitor.failed(error, Date.now());
        },
        worked: () => {
          outage.worked();
          monitor.worked();
        },
      },
    });
  } catch (error) {
    if (error instanceof StoppedWhileTrying) return undefined;
    throw error;
  }
}
