import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

/** Stops what it belongs to; safe to call more than once. */
export type Stop = () => Promise<void>;

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
  start(context: ServiceContext): Promise<void>;
}

/**
 * The settings of a program that cannot do without: where they are not usable it ends with exit code 1 and what is wrong
 * with them, each on a line of its own. Where that happened is of no use to whoever sets them.
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
export async function runService({ name, logLevel, stopTimeoutMs, start }: ServiceOptions): Promise<void> {
  const log = createLogger(name, logLevel);
  const stops: { name: string; stop: Stop }[] = [];
  let stopping = false;

  const shutDown = async (why: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    const deadline = setTimeout(() => {
      log.fatal({ stop_timeout_ms: stopTimeoutMs }, 'stopping took too long; exiting without the rest');
      process.exit(1);
    }, stopTimeoutMs);
    deadline.unref();
    let code = exitCode;
    for (const { name: part, stop } of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        code = 1;
        log.error({ err: error, part }, 'a part did not stop cleanly');
      }
    }
    log.info('stopped');
    process.exit(code);
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

  try {
    await start({
      log,
      onStop: (part, stop) => {
        // A signal during the start: what comes up late is stopped by the loop above, which runs on this array.
        stops.push({ name: part, stop });
      },
      fail: (reason, error) => {
        log.fatal({ err: error }, reason);
        void shutDown(reason, 1);
      },
    });
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    await shutDown('could not start', 1);
  }
}
