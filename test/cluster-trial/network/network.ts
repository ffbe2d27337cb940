import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A machine of the trial: a network namespace of that name, with one address. */
export interface Host {
  readonly name: string;
  readonly address: string;
}

/** The trouble of packets in one direction; a field that is left out means none. */
export interface Trouble {
  /** Share that is lost, up to 1. */
  readonly loss?: number;
  readonly delayMs?: number;
}

interface Packets {
  readonly lost: number;
  readonly late: number;
}

const noTrouble: Trouble = {};

/** Hosts that reach each other through a process that loses and delays packets on request. */
export class Network {
  readonly hosts: readonly Host[];
  readonly #router: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;
  readonly #troubled = new Map<string, readonly [Host, Host]>();
  #last: Promise<Packets> = Promise.resolve({ lost: 0, late: 0 });

  private constructor(hosts: readonly Host[], router: ChildProcessByStdio<Writable, Readable, null>) {
    this.hosts = hosts;
    this.#router = router;
    this.#answers = createInterface({ input: router.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Call it in a network namespace where nothing else is (see `inOwnNamespaces`): `here` is this process's own host, and
   * stays in it.
   */
  static async start(here: Host, others: readonly Host[]): Promise<Network> {
    const hosts = [here, ...others];
    const program = join(import.meta.dirname, 'router.py');
    // The router goes ahead of everything else: without processor time it would be a slow network.
    const router = spawn(
      'nice',
      ['-n', '-15', 'python3', program, ...hosts.map(({ name, address }) => `${name}=${address}`)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const network = new Network(hosts, router);
    await network.#answer();
    await run('ip', ['link', 'set', 'lo', 'up']);
    await giveAddress(here, []);
    for (const host of others) {
      await run('ip', ['netns', 'add', host.name]);
      await run('ip', ['link', 'set', 'dev', host.name, 'netns', host.name]);
      await run('ip', ['-n', host.name, 'link', 'set', 'lo', 'up']);
      await giveAddress(host, ['-n', host.name]);
    }
    return network;
  }

  /** From now on gives packets from the first hosts to the second ones this trouble. */
  oneWay(from: readonly Host[], to: readonly Host[], trouble: Trouble): Promise<Packets> {
    const pairs = from.flatMap((sender) =>
      to.filter((receiver) => receiver !== sender).map((receiver) => [sender, receiver] as const),
    );
    for (const pair of pairs) this.#troubled.set(`${pair[0].name} ${pair[1].name}`, pair);
    return this.#rule(pairs, trouble);
  }

  /** In both directions; a delay counts twice for whoever waits for an answer. */
  async between(some: readonly Host[], others: readonly Host[], trouble: Trouble): Promise<void> {
    await this.oneWay(some, others, trouble);
    await this.oneWay(others, some, trouble);
  }

  /** Ends all trouble. */
  async heal(): Promise<Packets> {
    const pairs = [...this.#troubled.values()];
    this.#troubled.clear();
    return this.#rule(pairs, noTrouble);
  }

  /** Packets that were lost or came late since the start. */
  packets(): Promise<Packets> {
    return this.#rule([], noTrouble);
  }

  stop(): void {
    this.#router.kill();
  }

  #rule(pairs: readonly (readonly [Host, Host])[], { loss, delayMs }: Trouble): Promise<Packets> {
    const rule = {
      ...(loss === undefined ? {} : { loss }),
      ...(delayMs === undefined ? {} : { delay: delayMs / 1_000 }),
    };
    const rules = pairs.map(([from, to]) => [from.address, to.address, rule]);
    this.#last = this.#last.then(() => {
      this.#router.stdin.write(`${JSON.stringify({ rules })}\n`);
      return this.#answer();
    });
    return this.#last;
  }

  async #answer(): Promise<Packets> {
    const { done, value } = await this.#answers.next();
    if (done) throw new Error('the router between the hosts has ended; its last words are above');
    return JSON.parse(value) as Packets;
  }
}

async function giveAddress({ name, address }: Host, inside: readonly string[]): Promise<void> {
  await run('ip', [...inside, 'addr', 'add', `${address}/24`, 'dev', name]);
  await run('ip', [...inside, 'link', 'set', 'dev', name, 'up']);
}
