import { styleText } from 'node:util';
import { unbrokenJson, unbrokenText } from '@holdfast/shared/runtime/unbroken.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogRecord {
  readonly level: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Collects all messages of the stack and its processes. */
export interface LogStream {
  /** A line of a process, under the name that the process has in the stack. */
  record(name: string, record: LogRecord): void;
  /** A message of the stack itself. `fields` are for programs: on a terminal only the message is shown. */
  say(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Shows a secret on a terminal only: files and programs get a log, which has no secrets. */
  confide(message: string): void;
  /** Several lines to read at leisure; for programs they are the field `lines` of one record. */
  show(lines: readonly string[], fields: Readonly<Record<string, unknown>>): void;
}

/** The part of process.stdout that is needed. */
export interface LogOutput {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
  write(text: string): unknown;
}

export const STACK_NAME = 'stack';

/** On a terminal, one readable line for each record, with all fields where `isVerbose`; for everything else, JSON. */
export function openLogStream(output: LogOutput, isVerbose = false): LogStream {
  return output.isTTY ? readableStream(output, isVerbose) : jsonStream(output);
}

/** Writes to `first`, and to `file` as JSON lines without secrets. */
export function alsoTo(first: LogStream, file: LogOutput): LogStream {
  const second = jsonStream(file);
  return {
    record: (...line) => {
      first.record(...line);
      second.record(...line);
    },
    say: (...line) => {
      first.say(...line);
      second.say(...line);
    },
    warn: (...line) => {
      first.warn(...line);
      second.warn(...line);
    },
    confide: (message) => first.confide(message),
    show: (...lines) => {
      first.show(...lines);
      second.show(...lines);
    },
  };
}

function jsonStream(output: LogOutput): LogStream {
  const record: LogStream['record'] = (name, { level, time, ...rest }) => {
    output.write(`${unbrokenJson(JSON.stringify({ level, time, ...rest, service: name }))}\n`);
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

const LEVELS: Readonly<
  Record<string, { readonly word: string; readonly colour: 'gray' | 'yellow' | 'red' }>
> = {
  trace: { word: 'trace ', colour: 'gray' },
  debug: { word: 'debug ', colour: 'gray' },
  warn: { word: 'WARN ', colour: 'yellow' },
  error: { word: 'ERROR ', colour: 'red' },
  fatal: { word: 'FATAL ', colour: 'red' },
};

function readableStream(output: LogOutput, isVerbose: boolean): LogStream {
  const colourful = output.hasColors?.() ?? false;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    colourful ? styleText(format, text, { validateStream: false }) : text;
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
      const level = LEVELS[record.level];
      const word = level ? style(level.colour, level.word) : '';
      output.write(`${localTime(record.time)} ${labelOf(name)} ${word}${readableLine(record, isVerbose)}\n`);
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

/** `2025-03-01 07:00:00`, in the reader's time zone (TZ). */
function localTime(rfc3339: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  const two = (part: number) => String(part).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** Fields for programs only, which tie lines of several services together. */
const forPrograms = new Set(['service', 'collector', 'pid', 'hostname', 'reqId', 'traceparent', 'instance']);
/** Fields that the beginning of the line already shows. */
const inFront = new Set(['level', 'time', 'msg']);
const listedAtMost = 5;

/** The message of a record and, on the same line, what a reader needs to know as well; all of its fields where `isVerbose`. */
function readableLine(record: LogRecord, isVerbose: boolean): string {
  const message = record.msg ?? '';
  const fields = Object.entries(record).filter(([name]) => !inFront.has(name));
  const parts = isVerbose
    ? [JSON.stringify(Object.fromEntries(fields))].filter((all) => all !== '{}')
    : fields.flatMap(([name, value]) => fieldInWords(name, value, record));
  return unbrokenText([message, ...parts].filter((part) => part !== '').join('  '));
}

function fieldInWords(name: string, value: unknown, { msg = '', session }: LogRecord): string[] {
  if (forPrograms.has(name)) return [];
  // The session's name already names its task.
  if (name === 'task' && session !== undefined) return [];
  const text = name === 'err' ? messageOf(value) : textOf(value);
  if (text === undefined || text === '' || says(msg, text)) return [];
  const isPlain = /^[^\s"=]+$/.test(text);
  return [`${name === 'err' ? 'error' : name}=${isPlain ? text : JSON.stringify(text)}`];
}

/** An error without its stack, which is no help to people who run the program. */
function messageOf(error: unknown): string | undefined {
  const message = (error as { readonly message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : textOf(error);
}

/** The value as text, or undefined if that is not short. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const isShort = value.length <= listedAtMost && value.every((each) => typeof each !== 'object');
    return isShort ? value.join(',') : undefined;
  }
  return value === null || typeof value === 'object' ? undefined : String(value);
}

/** Whether the message already has the text, as a word of its own; a single digit may count something else. */
function says(message: string, text: string): boolean {
  if (text.length < 2) return false;
  for (let at = message.indexOf(text); at !== -1; at = message.indexOf(text, at + 1)) {
    const around = `${message[at - 1] ?? ' '}${message[at + text.length] ?? ' '}`;
    if (!/\w/.test(around)) return true;
  }
  return false;
}
