import { appendFileSync } from 'node:fs';

/** For `startProcess`: appends the lines of a process to this file. */
export function appendTo(file: string): (line: string) => void {
  return (line) => appendFileSync(file, `${line}\n`);
}
