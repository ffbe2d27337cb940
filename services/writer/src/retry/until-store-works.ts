import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { SampleStoreUnavailable } from '@holdfast/shared/sample-store/sample-store.ts';
import { OutageLog } from '../health/outage-log.ts';
import type { SinkMonitor } from '../health/sink-monitor.ts';
import { StoppedWhileTrying, untilItWorks } from './until-it-works.ts';

/** Undefined when the service is to stop first. */
export async function untilStoreWorks<T>(
  { log, monitor, signal }: { log: Logger; monitor: SinkMonitor; signal: AbortSignal },
  attempt: () => Promise<T>,
): Promise<T | undefined> {
  const outage = new OutageLog(log, 'the database');
  try {
    return await untilItWorks(attempt, {
      signal,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      onFailure: (error) => {
        outage.failed(error);
        monitor.failed(error, Date.now());
      },
      onSuccess: () => {
        outage.worked();
        monitor.worked();
      },
    });
  } catch (error) {
    if (error instanceof StoppedWhileTrying) return undefined;
    throw error;
  }
}
