import * as z from 'zod';
import {
  answerFaults,
  type CommonFault,
  commonFaultDescriptions,
  commonFaultyAnswer,
  connectionFaults,
  whenProblem,
} from '../faults/common-faults.ts';
import { FaultBoard } from '../faults/fault-board.ts';
import { ListenerFaults } from '../faults/listener-faults.ts';
import { sendFaulty } from '../faults/send-faulty.ts';
import type { Framing, Link } from '../lines/link.ts';
import { openTcpLine } from '../lines/tcp-line.ts';
import type { Played, Simulator } from '../simulator.ts';

const endpointSchema = z.strictObject({
  protocol: z.literal('lines'),
  device: z.string(),
  port: z.int().min(0).max(65535).default(0),
  values: z.record(z.string(), z.number()),
});
type EndpointOfFile = z.infer<typeof endpointSchema>;

/**
 * The smallest simulator there is, as an example and for tests: `READ name` is answered with `name=value` or `ERR text`,
 * `SET name value` with `OK`. A device has its endpoint for itself.
 */
export const lineSimulator: Simulator<EndpointOfFile, CommonFault> = {
  protocols: ['lines'],
  endpointSchema,
  faultSchema: z.discriminatedUnion('kind', [...answerFaults, ...connectionFaults]),
  faults: commonFaultDescriptions,
  workshop: [],
  trial: {
    endpoint: (device, count) => ({
      ...{ protocol: 'lines', device },
      values: Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, index])),
    }),
    points: (count) =>
      Array.from({ length: count }, (_, index) => ({
        code: `v${index}`,
        name: `v${index}`,
        data_type: 'int32',
      })),
    troubles: [{ kind: 'silence' }, { kind: 'reset' }],
  },
  prepare: (endpoints, { startedAtMs }) => ({
    counts: { endpoints: endpoints.length, devices: endpoints.length },
    takes: endpoints.flatMap(({ path, of: { device, port } }) => [
      { what: `device ${device}`, path: [...path, 'device'] },
      ...(port === 0 ? [] : [{ what: `port ${port}`, path: [...path, 'port'] }]),
    ]),
    open: async (host) => {
      const devices = endpoints.map(({ of }) => new LineDevice(of, startedAtMs));
      try {
        for (const device of devices) await device.open(host);
      } catch (error) {
        await Promise.all(devices.map((device) => device.stop()));
        throw error;
      }
      return playedOf(devices, host);
    },
  }),
};

function playedOf(devices: readonly LineDevice[], host: string): Played<CommonFault> {
  const find = (name: string): LineDevice => {
    const device = devices.find(({ code }) => code === name);
    if (!device) throw new Error(`the plant has no device ${name}`);
    return device;
  };
  // An endpoint is named after its device.
  const nameOf = (place: { device: string } | { endpoint: string }) =>
    'device' in place ? place.device : place.endpoint;
  return {
    devices: devices.map(({ code, port }) => ({
      ...{ code, endpoint: code, unit: '', where: `${host}:${port}` },
      address: { protocol: 'lines', host, port },
    })),
    setFault: (place, fault) => find(nameOf(place)).setFault(fault),
    clearFault: (place) => find(nameOf(place)).setFault(undefined),
    shownFault: (place) => find(nameOf(place)).faults.current(Date.now()),
    faultProblem: (_, fault) => whenProblem(fault),
    openConnections: (code) => find(code).openConnections(),
    stop: async () => {
      await Promise.all(devices.map((device) => device.stop()));
    },
  };
}

class LineDevice {
  readonly code: string;
  readonly faults: FaultBoard<CommonFault>;
  port: number;
  readonly #values: Map<string, number>;
  readonly #listenerFaults: ListenerFaults;
  #line: Awaited<ReturnType<typeof openTcpLine>> | undefined;

  constructor({ device, port, values }: EndpointOfFile, startedAtMs: number) {
    this.code = device;
    this.port = port;
    this.#values = new Map(Object.entries(values));
    this.faults = new FaultBoard(device, [], startedAtMs);
    this.#listenerFaults = new ListenerFaults([this.faults], () => this.#line);
  }

  async open(host: string): Promise<void> {
    let links = 0;
    this.#line = await openTcpLine<string>({
      host,
      port: this.port,
      framing: lineFraming,
      rules: () => this.#listenerFaults.rules(),
      nextLinkId: () => ++links,
      onRequest: (link, request) => this.#answer(link, request),
    });
    this.port = this.#line.port;
  }

  setFault(fault: CommonFault | undefined): void {
    if (fault) this.faults.set(fault, Date.now());
    else this.faults.clear();
    // If another process took the port while it was released, that process keeps it.
    void this.#listenerFaults.changed().catch(() => {});
  }

  openConnections(): number {
    return this.#line?.openConnections() ?? 0;
  }

  async stop(): Promise<void> {
    this.#listenerFaults.stop();
    await this.#line?.stop();
  }

  #answer(link: Link, request: string): void {
    const answer = Buffer.from(`${this.#reply(request)}\n`);
    if (link.held) link.send(link.held);
    link.held = undefined;
    const fault = this.faults.hitting(Date.now());
    if (!fault) link.send(answer);
    else sendFaulty(link, commonFaultyAnswer(fault, answer), 0, (bytes, ms) => link.sendAfter(bytes, ms));
  }

  #reply(request: string): string {
    const [verb, name = '', value] = request.split(' ');
    const held = this.#values.get(name);
    if (held === undefined) return `ERR there is no ${name}`;
    if (verb === 'READ') return `${name}=${held}`;
    this.#values.set(name, Number(value));
    return 'OK';
  }
}

function lineFraming(): Framing<string> {
  let rest = '';
  return {
    take: (chunk) => {
      const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
      rest = lines.pop() ?? '';
      return { requests: lines, broken: false };
    },
  };
}
