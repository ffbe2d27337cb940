import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { pingsOfRoutes } from '../../../deploy/nats/write-cluster.mjs';
import { eventually } from '../../support/eventually.ts';
import type { Host } from '../network/network.ts';
import { appendTo } from './log-file.ts';

const ports = { client: 4222, monitor: 8222, routes: 6222 } as const;

export interface NatsNodeOptions {
  readonly host: Host;
  /** Hosts of all nodes, this one too. */
  readonly nodes: readonly Host[];
  /** The nats-server to run. */
  readonly command: string;
  readonly folder: string;
  readonly logFile: string;
}

/** One node of the cluster, set as `deploy/nats` has it. */
export class NatsNode {
  readonly host: Host;
  readonly url: string;
  readonly #options: NatsNodeOptions;
  readonly #storeDir: string;
  #process: RunningProcess | undefined;

  constructor(options: NatsNodeOptions) {
    this.#options = options;
    this.host = options.host;
    this.url = `nats://${options.host.address}:${ports.client}`;
    this.#storeDir = join(options.folder, options.host.name);
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error(`${this.host.name} was never started`);
    return this.#process.pid;
  }

  get isUp(): boolean {
    return this.#process !== undefined && this.#process.exit === undefined;
  }

  /** Returns at once: a node that is alone does not become healthy. */
  async start(): Promise<void> {
    if (this.isUp) return;
    const { host, nodes, command, folder, logFile } = this.#options;
    const configFile = join(folder, `${host.name}.conf`);
    await mkdir(this.#storeDir, { recursive: true });
    await writeFile(configFile, configuration(host, nodes, this.#storeDir));
    this.#process = await startProcess({
      name: host.name,
      command,
      args: ['--config', configFile],
      log: appendTo(logFile),
      network: host.name,
    });
  }

  /** Waits until the node has recovered its streams and caught up with those of the others. */
  async healthy(timeoutMs = 60_000): Promise<void> {
    await eventually(() => this.isHealthy(), {
      what: `${this.host.name} to be healthy`,
      timeoutMs,
      intervalMs: 100,
    });
  }

  async isHealthy(): Promise<boolean> {
    return (await this.monitor('healthz')) !== undefined;
  }

  /** The answer of its HTTP monitoring; undefined when it says nothing, or that something is wrong. */
  async monitor<T = unknown>(path: string): Promise<T | undefined> {
    try {
      const response = await fetch(`http://${this.host.address}:${ports.monitor}/${path}`, {
        signal: AbortSignal.timeout(1_500),
      });
      return response.ok ? ((await response.json()) as T) : undefined;
    } catch {
      return undefined;
    }
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Stops it in good order: it hands over what it leads. */
  async stop(): Promise<void> {
    await this.#process?.stop({ graceMs: 30_000 });
  }

  /** Loses its disk. Only while it is down. */
  async wipe(): Promise<void> {
    await rm(this.#storeDir, { recursive: true, force: true });
  }
}

function configuration({ name, address }: Host, nodes: readonly Host[], storeDir: string): string {
  const routes = nodes.map((node) => `nats-route://${node.address}:${ports.routes}`).join(', ');
  return [
    `server_name: ${name}`,
    `listen: "${address}:${ports.client}"`,
    `http: "${address}:${ports.monitor}"`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(storeDir)}`,
    '  sync_interval: always',
    '  max_buffered_msgs: 2000',
    '  max_file_store: 10GB',
    '  max_memory_store: 256MB',
    '}',
    'cluster {',
    '  name: holdfast',
    `  listen: "${address}:${ports.routes}"`,
    '  no_advertise: true',
    ...pingsOfRoutes,
    `  routes: [${routes}]`,
    '}',
    '',
  ].join('\n');
}
