import * as z from 'zod';
import { type Channel, inWords } from '../../channel.ts';
import type { Driver } from '../../driver.ts';
import { DriverFailure } from '../../failure.ts';
import { both } from '../../form-words.ts';
import type { Link, LinkHost } from '../../link.ts';
import type { Answer, Command, Group } from '../../requests.ts';
import type { DriverSpec } from '../../spec.ts';
import type { ValueSink } from '../../value-sink.ts';
import { numberEmitter } from '../../values/emit-value.ts';
import { rawNumber } from '../../values/raw-value.ts';

/** A protocol of lines, for the tests of the contract itself: `7 R 1 2` is answered with `7 10 20`, `8 W 1 15` with `8 OK`. */
const connectionSchema = z.object({ host: z.string(), port: z.int(), at_once: z.int().default(2) });
type Connection = z.infer<typeof connectionSchema>;

const spec: DriverSpec<Connection, number> = {
  protocol: 'lines',
  connection: connectionSchema,
  place: z.object({ register: z.int().min(0) }),
  words: {
    label: both('Lines', '行'),
    help: both('For tests.', '测试用。'),
    connection: {
      host: { label: both('Host', '主机') },
      port: { label: both('Port', '端口') },
      at_once: { label: both('Registers at once', '一次读取数') },
    },
    place: { register: { label: both('Register', '寄存器') } },
    notations: [],
    deviceExamples: [],
    pointExamples: [],
    probe: { code: 'probe', register: 0, data_type: 'int32' },
  },
  modes: ['polled'],
  can: { browse: false, write: true, sourceTime: false },
  parseAddress: (fields) => ({ ok: true, address: (fields as { register: number }).register }),
  showAddress: (register) => ({ register }),
  endpoint: ({ host, port }) => ({
    key: `${host.toLowerCase()}:${port}`,
    isLocal: false,
    way: 'lines',
    isExclusive: true,
  }),
  pace: () => ({ unit: '', pauseAfterMs: 0, pauses: 'endpoint', busyRetries: 0, closesAfterTick: false }),
};

interface LineGroup extends Group {
  readonly request: string;
  readonly decode: (raw: readonly number[], sink: ValueSink) => void;
}
type LineCommand = Command & { readonly request: string };

export const lineDriver: Driver<Connection, number> = {
  spec,
  plan: ({ connection }, list) => {
    const kept = new Map<readonly number[], LineGroup[]>();
    return {
      version: 0,
      groups: (due) => {
        const known = kept.get(due) ?? groupsOf(due);
        kept.set(due, known);
        return { groups: known, unread: '', missing: [] };
      },
      command: (point, value): LineCommand | { field: string; message: string } => {
        const { address, ...meaning } = list.points[point] ?? { address: 0, ...noMeaning };
        const raw = rawNumber(meaning, value);
        if (!raw.ok) return raw.problem;
        return { sent: [String(raw.raw)], request: `W ${address} ${raw.raw}` };
      },
      learned: () => undefined,
      learnedInWords: () => [],
      forget: () => undefined,
    };
    function groupsOf(due: readonly number[]): LineGroup[] {
      const parts = Array.from({ length: Math.ceil(due.length / connection.at_once) }, (_, part) =>
        due.slice(part * connection.at_once, (part + 1) * connection.at_once),
      );
      return parts.map((points) => {
        const registers = points.map((point) => list.points[point]?.address ?? 0);
        const emit = points.map((point) =>
          list.once(`emit ${point}`, () => numberEmitter(list.points[point] ?? noMeaning)),
        );
        const values = points.map((point) => list.firstOf(point));
        return {
          key: registers.join(),
          values,
          inWords: () => `registers ${registers.join(', ')}`,
          describe: () => ({ registers }),
          request: `R ${registers.join(' ')}`,
          decode: (raw, sink) => {
            for (const [index, number] of raw.entries()) emit[index]?.(number, values[index] ?? 0, sink);
          },
        };
      });
    }
  },
  link: ({ host, port }, surroundings) => new LineLink({ host, port }, surroundings),
};

const noMeaning = { data_type: 'int32', scale: 1, offset: 0 } as const;

interface Exchange {
  readonly request: string;
  readonly number: number;
  readonly cancel: () => void;
  readonly resolve: (fields: string[]) => void;
  readonly reject: (failure: DriverFailure) => void;
  wasSent: boolean;
}

class LineLink implements Link {
  readonly #to: { readonly host: string; readonly port: number };
  readonly #host: LinkHost;
  #channel: Channel | undefined;
  #isOpen = false;
  #received = '';
  #number = 0;
  #exchange: Exchange | undefined;

  constructor(to: { readonly host: string; readonly port: number }, host: LinkHost) {
    this.#to = to;
    this.#host = host;
  }

  async read(group: Group, timeoutMs: number): Promise<Answer> {
    const { request, values, decode } = group as LineGroup;
    const fields = await this.#ask(request, timeoutMs);
    if (fields.length !== values.length || !fields.every((field) => /^-?\d+$/.test(field))) {
      this.#drop();
      throw new DriverFailure('connection', `malformed answer: ${fields.join(' ')}`);
    }
    return { decode: (sink) => decode(fields.map(Number), sink) };
  }

  async write(command: Command, timeoutMs: number): Promise<void> {
    const [outcome] = await this.#ask((command as LineCommand).request, timeoutMs);
    if (outcome === 'OK') return;
    this.#drop();
    throw new DriverFailure('connection', `malformed answer: ${outcome}`);
  }

  disconnect(): void {
    this.#fail('connection', 'disconnected by the collector');
  }

  #ask(request: string, timeoutMs: number): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#number += 1;
      const cancel = this.#host.timers.after(timeoutMs, () => this.#fail('timeout', 'no answer'));
      this.#exchange = { request, number: this.#number, cancel, resolve, reject, wasSent: false };
      if (this.#isOpen) this.#send();
      else this.#connect();
    });
  }

  #connect(): void {
    this.#channel = this.#host.dial(this.#to, {
      onOpen: () => {
        this.#isOpen = true;
        this.#send();
      },
      onBytes: (bytes, count) => this.#receive(Buffer.from(bytes.subarray(0, count)).toString('latin1')),
      onFailure: (reason, cause) =>
        this.#fail('connection', cause instanceof Error ? inWords(cause) : reason),
    });
  }

  #send(): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    if (!this.#host.mayRequest()) {
      this.#fail('connection', 'not sent: the right to use this device has ended');
      return;
    }
    exchange.wasSent = true;
    this.#channel?.write(Buffer.from(`${exchange.number} ${exchange.request}\n`));
  }

  #receive(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\n');
    if (end < 0) return;
    const [number, ...fields] = this.#received.slice(0, end).split(' ');
    this.#received = this.#received.slice(end + 1);
    const exchange = this.#exchange;
    if (!exchange || number !== String(exchange.number)) {
      this.#fail('connection', 'the device sent what nobody asked for');
      return;
    }
    this.#exchange = undefined;
    exchange.cancel();
    exchange.resolve(fields);
  }

  #fail(kind: 'timeout' | 'connection', reason: string): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#drop();
    exchange?.cancel();
    exchange?.reject(new DriverFailure(kind, reason, { wasSent: exchange.wasSent }));
  }

  #drop(): void {
    this.#channel?.close(false, () => undefined);
    this.#channel = undefined;
    this.#isOpen = false;
    this.#received = '';
  }
}
