import type { LineLog } from '../line-log.ts';
import type { LogLevel, LogRecord, LogStream } from './log-stream.ts';

/** Lines of our own services: one JSON record a line. Anything else is what Node prints when a process cannot go on. */
export function serviceLines(name: string, logs: LogStream): LineLog {
  return (line) => {
    if (line.trim() === '') return;
    logs.record(name, recordOf(line) ?? plainRecord(isWarning(line) ? 'warn' : 'error', line));
  };
}

/** Lines of several services in one process, each under the name of its service, or of the collector. */
export function edgeLines(logs: LogStream): LineLog {
  return (line) => {
    const { service = 'edge', collector = service } = { ...recordOf(line) };
    serviceLines(String(collector), logs)(line);
  };
}

/** Whether Node itself warns: `(node:<pid>) …`, or the hint that follows it. */
function isWarning(line: string): boolean {
  return line.startsWith('(node:') || line.startsWith('(Use `node');
}

/** The simulator announces its endpoints as JSON lines, which the stack knows better; it logs nothing else. */
export function simulatorLines(name: string, logs: LogStream): LineLog {
  return (line) => {
    if (!line.startsWith('{')) logs.record(name, plainRecord('error', line));
  };
}

const NATS_LEVELS: Readonly<Record<string, LogLevel>> = { WRN: 'warn', ERR: 'error', FTL: 'fatal' };

/** nats-server: `[pid] date time [INF] text`. From warnings up. */
export function natsLines(name: string, logs: LogStream): LineLog {
  return (line) => {
    const [, tag = '', text = ''] = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/.exec(line) ?? [];
    const level = NATS_LEVELS[tag];
    if (level !== undefined) logs.record(name, plainRecord(level, text));
  };
}

const POSTGRES_LEVELS: Readonly<Record<string, LogLevel>> = {
  WARNING: 'warn',
  FATAL: 'fatal',
  PANIC: 'fatal',
};

/**
 * PostgreSQL: `date time zone [pid] LEVEL:  text`. From warnings up, with the lines that explain them, but without
 * ERROR: it answers a client's statement, and the client reports it where it matters. Silent unless `shown` allows it:
 * during its start and end the server complains about every client that comes too early or stays too long.
 */
export function postgresLines(name: string, logs: LogStream, isShown: () => boolean): LineLog {
  let explains: LogLevel | undefined;
  return (line) => {
    const [, tag = '', text = line] = /^\S+ \S+ \S+ \[\d+\] ([A-Z]+): {2}(.*)$/.exec(line) ?? [];
    const isExplanation = tag === '' || ['DETAIL', 'HINT', 'CONTEXT', 'STATEMENT'].includes(tag);
    const level = isExplanation ? explains : POSTGRES_LEVELS[tag];
    explains = level;
    if (level !== undefined && isShown()) logs.record(name, plainRecord(level, text.trim()));
  };
}

function recordOf(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null && 'level' in record && 'time' in record
      ? (record as LogRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

function plainRecord(level: LogLevel, msg: string): LogRecord {
  return { level, time: new Date().toISOString(), msg };
}
