// Every built program begins with this: stack traces name the lines of the sources. Node's own `--enable-source-maps` costs
// 10 to 25 MB a process for the same maps; here a map is read only when a stack trace is shown.

import { readFileSync } from 'node:fs';
import { SourceLines } from './source-lines.ts';

const module = import.meta.url;
let lines: SourceLines | undefined;

Error.prepareStackTrace = (error, frames) => {
  const places = frames.map((frame) => `\n    at ${withSourceLine(String(frame))}`);
  return `${headlineOf(error)}${places.join('')}`;
};

function withSourceLine(frame: string): string {
  const at = frame.indexOf(`${module}:`);
  if (at < 0) return frame;
  const [place, line, column] = /^:(\d+):(\d+)/.exec(frame.slice(at + module.length)) ?? [];
  if (place === undefined) return frame;
  lines ??= readLines();
  const source = lines.find(Number(line) - 1, Number(column) - 1);
  return source === undefined
    ? frame
    : frame.slice(0, at) + source + frame.slice(at + module.length + place.length);
}

function readLines(): SourceLines {
  try {
    return new SourceLines(readFileSync(new URL(`${module}.map`), 'utf8'));
  } catch {
    return SourceLines.none;
  }
}

function headlineOf(error: Error): string {
  try {
    return String(error);
  } catch {
    return '<error>';
  }
}
