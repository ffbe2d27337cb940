import { flushCompileCache } from 'node:module';
import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { StartedParts, type Stop } from './started-parts.ts';
import { pause, systemTimers } from './timers.ts';

export type { Stop } from './started-parts.ts';

export interface ServiceContext {
  readonly log: Logger;
  /** Registers what has been started; stopped in reverse order. */
  onStop(name: string, stop: Stop): void;
  /** Ends the service with exit code 1 after stopping what runs. */
  fail(reason: string, error?: unknown): void;
}

export interface ServiceOptions {
  readonly name: string;
  readonly logLevel: string;
  /** Longest time for all stops together; then the process exits with 1. */
  readonly stopTimeoutMs: number;
  /** A server that this service waits for: if it falls silent during a start, the start is undone and begun again. */
  readonly waitsFor?: { readonly name: string; readonly isSilent: (error: unknown) => boolean };
  start(context: ServiceContext): Promise<void>;
}

/**
 * The settings of a program that needs them: if they are unusable, it ends with exit code 1 and prints each fault on a
 * line of its own. A stack is of no use to whoever sets them.
 */
export function settingsOrExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/**
 * Runs a service until SIGTERM, SIGINT or a fatal error. The first signal stops in order; a second one exits
 * at once. SIGPIPE and SIGHUP are left at their defaults: a lost terminal is not an order to stop cleanly.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { name, logLevel, stopTimeoutMs, waitsFor, start } = options;
  const log = createLogger(name, logLevel);
  const parts = new StartedParts(log);
  let stopping = false;

  /** @returns whether all stopped cleanly */
  const stopParts = async (): Promise<boolean> => {
    const deadline = setTimeout(() => {
      log.fatal({ stop_timeout_ms: stopTimeoutMs }, 'stopping took too long; exiting without the rest');
      process.exit(1);
    }, stopTimeoutMs);
    const isClean = await parts.stop();
    clearTimeout(deadline);
    return isClean;
  };
  let undoing: Promise<boolean> | undefined;

  const shutDown = async (why: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    await undoing;
    const isClean = await stopParts();
    log.info('stopped');
    process.exit(isClean ? exitCode : 1);
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) {
        log.warn({ signal }, 'second signal: exiting at once');
        process.exit(130);
      }
      void shutDown(signal, 0);
    });
  }
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void shutDown('unhandled rejection', 1);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    void shutDown('uncaught exception', 1);
  });

  const context: ServiceContext = {
    log,
    onStop: (part, stop) => parts.add(part, stop),
    fail: (reason, error) => {
      log.fatal({ err: error }, reason);
      void shutDown(reason, 1);
    },
  };
  while (!stopping) {
    try {
      await start(context);
      // Where Node keeps compiled code, the next process finds it, even if this one is killed.
      return flushCompileCache();
    } catch (error) {
      if (!waitsFor?.isSilent(error)) {
        log.fatal({ err: error }, 'could not start');
        return shutDown('could not start', 1);
      }
      log.warn({ err: error }, `${waitsFor.name} does not answer; starting again until it does`);
      undoing = stopParts();
      await undoing;
      await pause(systemTimers, startAgainPauseMs);
    }
  }
}

const startAgainPauseMs = 1_000;
