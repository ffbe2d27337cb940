import type { LinkHost } from '@holdfast/driver/link.ts';
import { type EndpointAddress, endpointKey } from '../layout/endpoint-address.ts';
import type { DeviceBus } from './device-bus.ts';
import { MbapFraming } from './mbap-framing.ts';
import { ModbusBus } from './modbus-bus.ts';
import { RtuFraming } from './rtu-framing.ts';
import { frameSilenceMs, RtuLine } from './rtu-line.ts';
import { SerialChannel } from './serial-channel.ts';

/** As much of the surroundings of a link as a bus needs. */
export type BusHost = Pick<LinkHost, 'mayRequest' | 'dial' | 'serialRefusal'>;

/**
 * Keeps what is known of the lines of RTU frames beyond the life of a bus: a session that is stopped and started again has
 * a new one, on which an answer to the old one's last request may still come.
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
 * @param lines of all buses that this process opens, one after the other
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
    // The silence between frames on its own line is the gateway's to keep.
    line: isRtu ? lines.of(address, 0) : undefined,
    keepsOpen: false,
    mayRequest,
  });
}
