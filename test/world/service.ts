import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessExit, type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import type { ServiceName } from '../support/service-processes.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';
import { evaluate } from './inspector.ts';
import type { OutageRecord } from './outage-record.ts';

const root = join(import.meta.dirname, '..', '..');

/** Must be longer than any service's own limit for stopping. */
const endsByItselfMs = 40_000;

/** A planned fault left no trace: the run proves less than it says. */
export class DidNotHappen extends Error {
  override readonly name = 'DidNotHappen';
}

export interface ServiceOptions {
  /** `collector-1` */
  readonly id: string;
  readonly service: ServiceName | 'edge';
  readonly settings: Readonly<Record<string, string>>;
  /** Modules that are loaded before it. */
  readonly imports?: readonly string[] | undefined;
  /** Where its lines go. */
  readonly logFile: string;
  /** The proxy between the service and NATS. */
  readonly proxy?: TcpProxy | undefined;
  /** The network namespace that is its host. */
  readonly network?: string;
  /** Told when this collector cannot poll, by its own words. */
  readonly outages?: OutageRecord;
  /** Called when it begins or ends to lead. */
  readonly onLead?: () => void;
}

/** A service as a real process to which anything can be done, and that can be started again. */
export class Service {
  readonly id: string;
  readonly proxy: TcpProxy | undefined;
  readonly #options: ServiceOptions;
  #process: RunningProcess | undefined;
  #inspectorUrl: string | undefined;
  #leads = false;
  /** Messages since the start of the run, oldest first. */
  readonly #messages: string[] = [];
  /** Log lines about requests that it could not answer through its own fault. */
  readonly internalErrors: string[] = [];

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.id = options.id;
    this.proxy = options.proxy;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** Whether the last word of this supervisor was that it leads. */
  get leads(): boolean {
    return this.#leads && this.isUp();
  }

  isUp(): boolean {
    return this.#process !== undefined && this.#process.exit === undefined;
  }

  async start(): Promise<void> {
    if (this.isUp()) return;
    this.#inspectorUrl = undefined;
    this.#lead(false);
    this.#began('has no lease');
    this.#process = await startProcess({
      name: this.id,
      command: process.execPath,
      // The inspector is how the suite blocks an event loop and turns a clock, without a trace in the product.
      args: [
        '--inspect=127.0.0.1:0',
        ...(this.#options.imports ?? []).flatMap((file) => ['--import', file]),
        // Such a module changes another one, which a build has made part of the whole.
        ...(this.#options.imports
          ? [join(root, 'services', this.#options.service, 'src', 'main.ts')]
          : [builtProgram(this.#options.service)]),
      ],
      env: { LOG_LEVEL: 'info', ...this.#options.settings, NODE_OPTIONS: undefined },
      log: (line) => this.#readLine(line),
      network: this.#options.network,
    });
    void this.#process.exited.then(() => {
      this.#lead(false);
      this.#began('has no lease');
    });
  }

  /** kill -9. @throws DidNotHappen */
  async kill(): Promise<void> {
    const { signal } = await this.#running.kill();
    if (signal !== 'SIGKILL') throw new DidNotHappen(`${this.id} was not killed: it had ended before`);
  }

  /** SIGTERM, and its end by itself. @throws DidNotHappen */
  async terminate(): Promise<ProcessExit> {
    const running = this.#running;
    if (!running.signal('SIGTERM')) throw new DidNotHappen(`${this.id} had ended before its SIGTERM`);
    const exit = await withDeadline(running.exited, endsByItselfMs);
    if (exit) return exit;
    await running.kill();
    throw new Error(`${this.id} did not end within ${endsByItselfMs} ms of its SIGTERM`);
  }

  /** SIGSTOP, a pause, SIGCONT. @throws DidNotHappen */
  async freeze(forMs: number): Promise<void> {
    await freezeProcess(this.#running.pid, this.id, forMs);
  }

  /** @throws when the process cannot be reached by its inspector */
  async evaluate<T>(expression: string, timeoutMs: number): Promise<T> {
    // A process that was started a moment ago, as by a restart right before in the plan, soon prints its inspector's address.
    const waitUntil = performance.now() + timeoutMs;
    while (this.#inspectorUrl === undefined && performance.now() < waitUntil) await sleep(25);
    if (this.#inspectorUrl === undefined) throw new DidNotHappen(`${this.id} has said no inspector address`);
    return evaluate<T>(this.#inspectorUrl, expression, timeoutMs);
  }

  /** A mark for {@link saidSince}. */
  mark(): number {
    return this.#messages.length;
  }

  saidSince(mark: number, pattern: RegExp): boolean {
    return this.#messages.slice(mark).some((message) => pattern.test(message));
  }

  async stop(): Promise<void> {
    if (!this.isUp()) return;
    this.#running.signal('SIGCONT');
    await this.#running.stop({ graceMs: 30_000 });
  }

  get #running(): RunningProcess {
    if (this.#process === undefined) throw new Error(`${this.id} was never started`);
    return this.#process;
  }

  #readLine(line: string): void {
    appendFileSync(this.#options.logFile, `${line}\n`);
    const inspector = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
    if (inspector) this.#inspectorUrl = inspector;
    if (!line.startsWith('{')) return;
    if (line.includes('"code":"internal_error"')) this.internalErrors.push(line);
    const { msg: message = '', service } = recordOf(line);
    this.#messages.push(message);
    if (message === 'this supervisor leads') this.#lead(true);
    if (message === 'this supervisor does not lead any more') this.#lead(false);
    // The other services in its process have connections of their own.
    if (service !== 'collector') return;
    if (/^lost the connection to NATS/.test(message)) this.#began('has no connection');
    if (/^(re)?connected to NATS/.test(message)) this.#ended('has no connection');
    if (/^(lease lost|draining)/.test(message)) this.#began('has no lease');
    if (/^lease held/.test(message)) this.#ended('has no lease');
  }

  #lead(leads: boolean): void {
    this.#leads = leads;
    this.#options.onLead?.();
  }

  get #pollsDevices(): boolean {
    return this.#options.service === 'collector' || this.#options.service === 'edge';
  }

  #began(why: string): void {
    if (this.#pollsDevices) this.#options.outages?.began(this.id, why);
  }

  #ended(why: string): void {
    this.#options.outages?.ended(this.id, why);
  }
}

export async function freezeProcess(pid: number, name: string, forMs: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(forMs);
    const state = processState(pid);
    if (state !== 'T') throw new DidNotHappen(`${name} did not stand still: its state is ${state ?? 'gone'}`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** One letter as in ps(1); undefined where there is no such process. */
function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, blanks and parentheses too.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}

function recordOf(line: string): { readonly msg?: string; readonly service?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
