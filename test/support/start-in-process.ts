import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { StartedParts } from '@holdfast/shared/runtime/started-parts.ts';
import { cleanUpAfterFile } from './cleanup.ts';

export interface ServiceInProcess {
  /** The failure that would have ended the process. */
  readonly failures: readonly string[];
  /** Stops all parts in order, as SIGTERM would. @returns whether all stopped cleanly */
  stop(): Promise<boolean>;
}

/** Runs a service in the process of the test; it is stopped when the test file is over. */
export async function startInProcess(
  name: string,
  start: (context: ServiceContext) => Promise<void>,
): Promise<ServiceInProcess> {
  const log = createLogger(name, 'fatal');
  const parts = new StartedParts(log);
  const failures: string[] = [];
  let stopping: Promise<boolean> | undefined;
  const stop = () => {
    stopping ??= parts.stop();
    return stopping;
  };
  cleanUpAfterFile(stop);
  await start({
    log,
    onStop: (part, stopPart) => parts.add(part, stopPart),
    fail: (reason) => failures.push(reason),
  });
  return { failures, stop };
}
