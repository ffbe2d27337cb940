import { appendFileSync } from 'node:fs';

/** For `startProcess`: its lines go into this file. */
export function appendTo(file: string): (line: string) => void {
  return (line) => appendFileSync(file, `${line}\n`);
}
