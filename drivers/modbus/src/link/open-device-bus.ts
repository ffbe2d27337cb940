import type { LinkHost } from '@holdfast/driver/link.ts';
import { type EndpointAddress, endpointKey } from '../layout/endpoint-address.ts';
import type { DeviceBus } from './device-bus.ts';
import { MbapFraming } from './mbap-framing.ts';
import { ModbusBus } from './modbus-bus.ts';
import { RtuFraming } from './rtu-framing.ts';
import { frameSilenceMs, RtuLine } from './rtu-line.ts';
import { SerialChannel } from './serial-channel.ts';

/** The part of a link's host that a bus needs. */
export type BusHost = Pick<LinkHost, 'mayRequest' | 'dial' | 'serialRefusal'>;

/**
 * Keeps what is known of the lines of RTU frames beyond the life of a bus: a session that is stopped and started again
 * has a new bus, on which an answer to the last request of the old one may still come.
 */
export class RtuLines {
  readonly #byEndpoint = new Map<string, RtuLine>();

  of(address: EndpointAddress, silenceMs: number): RtuLine {
    const key = `${endpointKey(address)} ${silenceMs}`;
    const line = this.#byEndpoint.get(key) ?? new RtuLine(silenceMs);
    this.#byEndpoint.set(key, line);
    return line;
  }
}

/**
 * Nothing is opened before the first request.
 * @param lines shared by all buses that this process opens, one after the other
 */
export function openDeviceBus(address: EndpointAddress, host: BusHost, lines = new RtuLines()): DeviceBus {
  const mayRequest = () => host.mayRequest();
  if (address.kind === 'serial') {
    const { line } = address;
    return new ModbusBus({
      open: (events) => new SerialChannel(line, events, host.serialRefusal(line.path)),
      framing: new RtuFraming(),
      line: lines.of(address, frameSilenceMs(line.baud_rate)),
      keepsOpen: true,
      mayRequest,
    });
  }
  const to = { host: address.host, port: address.port };
  const isRtu = address.framing === 'rtu';
  return new ModbusBus({
    open: (events) => host.dial(to, events),
    framing: isRtu ? new RtuFraming() : new MbapFraming(),
    // No silence between frames: the gateway keeps it on its own line.
    line: isRtu ? lines.of(address, 0) : undefined,
    keepsOpen: false,
    mayRequest,
  });
}
