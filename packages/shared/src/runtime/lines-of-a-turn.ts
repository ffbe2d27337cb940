import { pino } from 'pino';
import { unbrokenJson } from './unbroken.ts';

const errorLevel = 50;
/** Asks pino to write the level of each line. */
const metadata: unique symbol = Symbol.for('pino.metadata');

/** Standard output for log lines: those of one turn of the event loop go out together, those of errors at once. */
export interface LogOutput {
  write(line: string): void;
}

/**
 * Writes the lines of a turn together: a write for each line took more time than making the line. An abrupt end of the
 * process can lose only lines of its very last turn, and no errors.
 */
export class LinesOfATurn implements LogOutput {
  readonly [metadata] = true;
  lastLevel = 0;
  readonly #output: LogOutput;
  #lines = '';

  constructor(output: LogOutput) {
    this.#output = output;
  }

  write(line: string): void {
    if (this.#lines === '' && this.lastLevel < errorLevel) setImmediate(() => this.flush());
    this.#lines += unbrokenJson(line);
    if (this.lastLevel >= errorLevel) this.flush();
  }

  flush(): void {
    if (this.#lines === '') return;
    const lines = this.#lines;
    this.#lines = '';
    this.#output.write(lines);
  }
}

let shared: LinesOfATurn | undefined;

/** One for all loggers of the process, so that their lines stay in order. */
export function standardOutput(): LinesOfATurn {
  if (shared) return shared;
  const lines = new LinesOfATurn(pino.destination({ dest: 1, sync: true }));
  process.on('exit', () => lines.flush());
  shared = lines;
  return lines;
}
