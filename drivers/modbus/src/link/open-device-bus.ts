import { type AddressRefusal, TcpChannel } from '@holdfast/driver/host/tcp-channel.ts';
import { type EndpointAddress, endpointKey } from '../layout/endpoint-address.ts';
import type { DeviceBus } from './device-bus.ts';
import { MbapFraming } from './mbap-framing.ts';
import { ModbusBus } from './modbus-bus.ts';
import { RtuFraming } from './rtu-framing.ts';
import { frameSilenceMs, RtuLine } from './rtu-line.ts';
import { SerialChannel } from './serial-channel.ts';

export interface DeviceBusOptions {
  /** Asked right before a request's bytes leave; false keeps them from leaving. */
  readonly mayRequest?: () => boolean;
  /** Asked for each IP address before a connection to it counts; without it every address is allowed. */
  readonly refusal?: AddressRefusal;
  /** Why a path is not opened as a serial line, in words; without it every path is. */
  readonly pathRefusal?: (path: string) => string | undefined;
  /** The lines of all buses that this process opens, one after the other; without them a bus knows nothing of the one before it. */
  readonly lines?: RtuLines;
}

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

/** Nothing is opened before the first request. */
export function openDeviceBus(address: EndpointAddress, options: DeviceBusOptions = {}): DeviceBus {
  const { mayRequest, refusal, pathRefusal, lines = new RtuLines() } = options;
  if (address.kind === 'serial') {
    return new ModbusBus({
      open: (events) => new SerialChannel(address.line, events, pathRefusal?.(address.line.path)),
      framing: new RtuFraming(),
      line: lines.of(address, frameSilenceMs(address.line.baud_rate)),
      keepsOpen: true,
      mayRequest,
    });
  }
  const { host, port } = address;
  const isRtu = address.framing === 'rtu';
  return new ModbusBus({
    open: (events) => new TcpChannel({ host, port, refusal }, events),
    framing: isRtu ? new RtuFraming() : new MbapFraming(),
    // The silence between frames on its own line is the gateway's to keep.
    line: isRtu ? lines.of(address, 0) : undefined,
    keepsOpen: false,
    mayRequest,
  });
}
