import { quoted } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import type { Driver } from '../../driver.ts';
import { Exchange, fault, incomplete, type Outgoing, type Verdict } from '../../exchange.ts';
import type { Hear, Link, LinkHost } from '../../link.ts';
import type { Answer, Command, Group } from '../../requests.ts';
import type { DriverSpec, FieldProblem } from '../../spec.ts';
import { tcpEndpoint } from '../../tcp-endpoint.ts';
import type { ValueSink } from '../../value-sink.ts';
import { numberEmitter } from '../../values/emit-value.ts';
import { rawNumber } from '../../values/raw-value.ts';
import { lineText } from './texts.ts';

/** A protocol of lines, for the tests of the contract itself: `7 R 1 2` is answered with `7 10 20`, `8 W 1 15` with `8 OK`. */
const connectionSchema = z.object({ host: z.string(), port: z.int(), at_once: z.int().default(2) });
type Connection = z.infer<typeof connectionSchema>;

const spec: DriverSpec<Connection, number> = {
  protocol: 'lines',
  connection: connectionSchema,
  place: z.object({ register: z.int().min(0) }),
  words: {
    label: lineText('lines'),
    help: lineText('help'),
    connection: {
      host: { label: lineText('connection_host') },
      port: { label: lineText('connection_port') },
      at_once: { label: lineText('connection_at_once') },
    },
    place: { register: { label: lineText('register') } },
    notations: [],
    advice: {
      silent: lineText('silent'),
      noValue: lineText('no_value'),
    },
    deviceExamples: [],
    pointExamples: [],
    probe: { code: 'probe', register: 0, data_type: 'int32' },
  },
  modes: ['polled'],
  can: { browse: false, write: true, sourceTime: false },
  parseAddress: (fields) => ({ ok: true, address: (fields as { register: number }).register }),
  showAddress: (register) => ({ register }),
  endpoint: ({ host, port }) => tcpEndpoint(host, port, 'lines'),
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
    const groupsByDue = new Map<readonly number[], LineGroup[]>();
    return {
      groups: (due) => {
        const groups = groupsByDue.get(due) ?? groupsOf(due);
        groupsByDue.set(due, groups);
        return { groups: groups, unread: [], missing: [] };
      },
      command: (point, value): LineCommand | FieldProblem => {
        const { address, ...meaning } = list.points[point] ?? { address: 0, ...noMeaning };
        const raw = rawNumber(meaning, value);
        if (!raw.ok) return raw.problem;
        return { sent: [String(raw.raw)], request: `W ${address} ${raw.raw}` };
      },
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
          inWords: () => quoted(`registers ${registers.join(', ')}`),
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

/** No line is this long. */
const longestLine = 256;

class LineLink implements Link {
  readonly #exchange: Exchange;
  #number = 0;

  constructor(to: { readonly host: string; readonly port: number }, host: LinkHost) {
    this.#exchange = new Exchange(to, host, longestLine);
  }

  async read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer> {
    const { request, values, decode } = group as LineGroup;
    const take = (fields: string[]) =>
      fields.length === values.length && fields.every((field) => /^-?\d+$/.test(field))
        ? fields.map(Number)
        : undefined;
    const numbers = await this.#ask(request, timeoutMs, take, hear);
    return { decode: (sink) => decode(numbers, sink) };
  }

  async write(command: Command, timeoutMs: number): Promise<void> {
    const { request } = command as LineCommand;
    await this.#ask(request, timeoutMs, ([outcome]) => (outcome === 'OK' ? outcome : undefined));
  }

  disconnect(): void {
    this.#exchange.disconnect();
  }

  #ask<T>(
    request: string,
    timeoutMs: number,
    take: (fields: string[]) => T | undefined,
    hear?: Hear,
  ): Promise<T> {
    const make = (): Outgoing<T> => {
      this.#number += 1;
      const number = String(this.#number);
      return {
        bytes: Buffer.from(`${number} ${request}\n`),
        judge: (received, count) => judge(Buffer.from(received.subarray(0, count)), number, take),
      };
    };
    return this.#exchange.ask(make, timeoutMs, hear);
  }
}

function judge<T>(line: Buffer, command: string, take: (fields: string[]) => T | undefined): Verdict<T> {
  const end = line.indexOf('\n');
  if (end < 0) return incomplete;
  if (end < line.length - 1) return fault(quoted('more than a line'));
  const [number, ...fields] = line.toString('latin1', 0, end).split(' ');
  if (number !== command) return fault(quoted(`the answer to ${number} instead of ${command}`));
  const answer = take(fields);
  return answer === undefined ? fault(quoted(fields.join(' '))) : { kind: 'answer', answer };
}
