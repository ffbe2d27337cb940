import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { StartedParts } from '@holdfast/shared/runtime/started-parts.ts';

/** A service that shares its process with others. */
export interface Part {
  readonly name: string;
  readonly logLevel: string;
  start(context: ServiceContext): Promise<void>;
}

/**
 * Starts services next to each other, each with a log of its own; they stop one after the other, the first one first.
 * @throws the first failure of a start, once all are stopped again
 */
export async function startParts(parts: readonly Part[], { onStop, fail }: ServiceContext): Promise<void> {
  const all = parts.map((part) => {
    const log = createLogger(part.name, part.logLevel);
    return { part, log, started: new StartedParts(log) };
  });
  for (const { part, started } of all.toReversed()) {
    onStop(part.name, async () => {
      if (!(await started.stop())) throw new Error(`the ${part.name} did not stop cleanly`);
    });
  }
  const starting = all.map(({ part, log, started }) =>
    part.start({
      log,
      onStop: (name, stop) => started.add(name, stop),
      fail: (reason, error) => fail(`${part.name}: ${reason}`, error),
    }),
  );
  try {
    await Promise.all(starting);
  } catch (error) {
    // Ends what others wait for, and then also what they have started meanwhile.
    for (const { started } of all) await started.stop();
    await Promise.allSettled(starting);
    for (const { started } of all) await started.stop();
    throw error;
  }
}
