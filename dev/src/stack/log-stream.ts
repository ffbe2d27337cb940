import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogRecord {
  readonly level: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Where everything comes together that the stack and its processes have to say. */
export interface LogStream {
  /** A line of a process, under the name that the process has in the stack. */
  record(name: string, record: LogRecord): void;
  /** The stack itself. `fields` are for programs: on a terminal the message alone is shown. */
  say(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A secret, to somebody at a terminal. What goes to a file or a program is a log, and has none. */
  confide(message: string): void;
  /** Several lines to read at leisure; for programs they are the field `lines` of one record. */
  show(lines: readonly string[], fields: Readonly<Record<string, unknown>>): void;
}

/** What is needed of process.stdout. */
export interface LogOutput {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
  write(text: string): unknown;
}

export const STACK_NAME = 'stack';

/** Readable for people on a terminal; JSON lines, one a record, for everything else. */
export function openLogStream(output: LogOutput): LogStream {
  return output.isTTY ? readableStream(output) : jsonStream(output);
}

function jsonStream(output: LogOutput): LogStream {
  const record: LogStream['record'] = (name, { level, time, ...rest }) => {
    output.write(`${JSON.stringify({ level, time, ...rest, service: name })}\n`);
  };
  const own =
    (level: LogLevel): LogStream['say'] =>
    (msg, fields) =>
      record(STACK_NAME, { level, time: new Date().toISOString(), msg, ...fields });
  const say = own('info');
  return {
    record,
    say,
    warn: own('warn'),
    confide: () => undefined,
    show: (all, fields) => {
      const lines = all.map((line) => line.trim()).filter((line) => line !== '');
      say(lines[0] ?? '', { ...fields, lines });
    },
  };
}

const COLOURS = ['cyan', 'green', 'magenta', 'blue', 'yellow', 'cyanBright', 'greenBright'] as const;
const NAME_WIDTH = 'collector-1'.length;

function readableStream(output: LogOutput): LogStream {
  const colourful = output.hasColors?.() ?? false;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    colourful ? styleText(format, text, { validateStream: false }) : text;
  const pretty = prettyFactory({
    colorize: colourful,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    // The name stands in front already.
    ignore: 'service,collector,pid,hostname',
  });
  const labels = new Map<string, string>();
  const labelOf = (name: string): string => {
    let label = labels.get(name);
    if (label === undefined) {
      const colour = COLOURS[labels.size % COLOURS.length] ?? 'cyan';
      label = style(colour, `${name.padEnd(NAME_WIDTH)} │`);
      labels.set(name, label);
    }
    return label;
  };
  return {
    record: (name, record) => {
      output.write(`${labelOf(name)} ${pretty(record).trimEnd()}\n`);
    },
    say: (message) => {
      output.write(`${style('bold', message)}\n`);
    },
    warn: (message) => {
      output.write(`${style(['bold', 'yellow'], message)}\n`);
    },
    confide: (message) => {
      output.write(`${message}\n`);
    },
    show: (lines) => {
      output.write(`${lines.join('\n')}\n`);
    },
  };
}
