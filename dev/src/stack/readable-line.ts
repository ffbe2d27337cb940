import { unbrokenText } from '@holdfast/shared/runtime/unbroken.ts';
import type { LogRecord } from './log-stream.ts';

/** Fields for programs only, which tie lines of several services together. */
const forPrograms = new Set(['service', 'collector', 'pid', 'hostname', 'reqId', 'traceparent', 'instance']);
/** Fields that the beginning of the line already shows. */
const inFront = new Set(['level', 'time', 'msg']);
const listedAtMost = 5;

/** The message of a record and, on the same line, what a person needs beside it; all of its fields where `isVerbose`. */
export function readableLine(record: LogRecord, isVerbose: boolean): string {
  const message = record.msg ?? '';
  const fields = Object.entries(record).filter(([name]) => !inFront.has(name));
  const shown = isVerbose
    ? [JSON.stringify(Object.fromEntries(fields))].filter((all) => all !== '{}')
    : fields.flatMap(([name, value]) => fieldInWords(name, value, record));
  return unbrokenText([message, ...shown].filter((part) => part !== '').join('  '));
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

/** The value as text; undefined where that is not short. */
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
