import { lookup } from 'node:dns/promises';
import type { Text } from '@holdfast/texts/text.ts';
import { type Channel, type ChannelEvents, errorText } from '../channel.ts';
import { DriverFailure } from '../failure.ts';
import type { LinkClock, LinkHost, LinkLog, LinkTimers } from '../link.ts';
import { driverText } from '../texts.ts';
import { type AddressRefusal, TcpChannel, type TcpChannelOptions } from './tcp-channel.ts';
import { tlsProblem } from './tls-problem.ts';

export interface LinkHostOptions {
  readonly mayRequest?: () => boolean;
  /** Asked about each IP address before a connection to it counts; without it every address is allowed. */
  readonly refusal?: AddressRefusal | undefined;
  readonly serialRefusal?: (path: string) => Text | undefined;
  readonly secret?: LinkHost['secret'];
  readonly sessionId?: string;
  readonly clock?: LinkClock;
  readonly timers?: LinkTimers;
  readonly log?: LinkLog;
}

const systemClock: LinkClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

const systemTimers: LinkTimers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const silent = () => undefined;
const noLog: LinkLog = { debug: silent, info: silent, warn: silent, error: silent };

/** The environment of links in a process: sockets of this machine, within what the settings allow. */
export function openLinkHost(options: LinkHostOptions = {}): LinkHost {
  const { mayRequest = () => true, refusal, serialRefusal = () => undefined } = options;
  return {
    mayRequest,
    serialRefusal,
    dial: (to, events) => dialed({ ...to, refusal, mayWrite: mayRequest }, events),
    addressOf: (host, port) => permittedAddress(host, port, refusal),
    secret: options.secret ?? noSecret,
    sessionId: options.sessionId ?? '',
    clock: options.clock ?? systemClock,
    timers: options.timers ?? systemTimers,
    log: options.log ?? noLog,
  };
}

function dialed(options: TcpChannelOptions, events: ChannelEvents): Channel {
  try {
    return new TcpChannel(options, events);
  } catch (cause) {
    const problem = options.tls && tlsProblem(options.tls);
    const text = problem ?? errorText(cause);
    throw new DriverFailure(problem === undefined ? 'connection' : 'config', text, {
      ...{ cause, wasSent: false },
    });
  }
}

function noSecret(name: string): never {
  throw new DriverFailure('config', driverText('no_secrets_here', { name }), {
    wasSent: false,
  });
}

async function permittedAddress(
  host: string,
  port: number,
  refusal: AddressRefusal | undefined,
): Promise<string> {
  const why: Text[] = [];
  try {
    for (const { address } of await lookup(host, { all: true })) {
      const refused = refusal?.(address, port);
      if (refused === undefined) return address;
      why.push(refused);
    }
  } catch (error) {
    throw new DriverFailure('connection', driverText('of_host', { host, why: errorText(error) }), {
      cause: error,
      wasSent: false,
    });
  }
  const [first = driverText('no_address')] = why;
  throw new DriverFailure('config', driverText('of_host', { host, why: first }), { wasSent: false });
}
