import type { FastifyBaseLogger } from 'fastify';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * The log of one request: every line has what the request is known by. A child of pino's would turn its bindings into
 * text as soon as it is made, though most requests log nothing at all.
 */
export class RequestLog implements FastifyBaseLogger {
  readonly #log: FastifyBaseLogger;
  readonly #bindings: () => object;

  constructor(log: FastifyBaseLogger, bindings: () => object) {
    this.#log = log;
    this.#bindings = bindings;
  }

  get level(): string {
    return this.#log.level;
  }

  isLevelEnabled(level: string): boolean {
    return (this.#log as { isLevelEnabled?(level: string): boolean }).isLevelEnabled?.(level) ?? true;
  }

  child(bindings: object, options?: object): FastifyBaseLogger {
    return this.#log.child({ ...this.#bindings(), ...bindings }, options);
  }

  fatal = (...line: unknown[]): void => this.#write('fatal', line);
  error = (...line: unknown[]): void => this.#write('error', line);
  warn = (...line: unknown[]): void => this.#write('warn', line);
  info = (...line: unknown[]): void => this.#write('info', line);
  debug = (...line: unknown[]): void => this.#write('debug', line);
  trace = (...line: unknown[]): void => this.#write('trace', line);
  silent = (): void => undefined;

  #write(level: Level, line: unknown[]): void {
    if (!this.isLevelEnabled(level)) return;
    const [about, ...rest] = line;
    const write = this.#log[level] as (...line: unknown[]) => void;
    if (about instanceof Error) write.call(this.#log, { ...this.#bindings(), err: about }, ...rest);
    else if (typeof about === 'object') write.call(this.#log, { ...this.#bindings(), ...about }, ...rest);
    else write.call(this.#log, this.#bindings(), ...line);
  }
}
