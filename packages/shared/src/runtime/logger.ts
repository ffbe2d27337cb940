import { type Logger, pino } from 'pino';
import { standardOutput } from './lines-of-a-turn.ts';

export type { Logger } from 'pino';

/** Writes one JSON line per event to standard output. */
export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['password', 'token', 'secret', 'authorization', '*.password', '*.token', '*.secret'],
        censor: '[redacted]',
      },
    },
    standardOutput(),
  );
}
