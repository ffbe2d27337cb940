import type { ModbusProtocol, SerialLine } from './connection.ts';

/** Where requests go. Devices of one endpoint share its connection and are asked one after the other. */
export type EndpointAddress =
  | {
      readonly kind: 'tcp';
      /** `mbap` is Modbus TCP; `rtu` are the frames of a serial line with their CRC, as serial gateways pass them on. */
      readonly framing: 'mbap' | 'rtu';
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'serial'; readonly line: SerialLine };

export interface EndpointFields {
  readonly protocol: ModbusProtocol;
  /** Empty for a serial line. */
  readonly host: string;
  readonly port: number;
  readonly serial?: SerialLine | undefined;
}

/** @throws Error for `modbus_rtu` without a serial line; `endpointProblems` tells beforehand */
export function endpointOf(device: EndpointFields): EndpointAddress {
  switch (device.protocol) {
    case 'modbus_tcp':
      return { kind: 'tcp', framing: 'mbap', host: device.host, port: device.port };
    case 'modbus_rtu_over_tcp':
      return { kind: 'tcp', framing: 'rtu', host: device.host, port: device.port };
    case 'modbus_rtu':
      if (!device.serial) throw new Error('modbus_rtu needs a serial line');
      return { kind: 'serial', line: device.serial };
    default:
      return device.protocol satisfies never;
  }
}

/**
 * `host:port`, or the path of the serial line: two addresses with one key mean the same socket or line, so both must
 * say the same of it (`addressConflict`).
 */
export function endpointKey(address: EndpointAddress): string {
  return address.kind === 'tcp' ? `${address.host.toLowerCase()}:${address.port}` : address.line.path;
}

/** The unit behind its endpoint: whoever asks two devices with one of these asks one box. */
export function unitKey(device: EndpointFields & { readonly unit_id: number }): string {
  return `${endpointKey(endpointOf(device))} unit ${device.unit_id}`;
}

/**
 * Where a device is: two with one place are the same device. Every machine names its first serial line alike, so a line of
 * another site is taken for another line; an address is the same one everywhere.
 */
export function devicePlace(
  device: EndpointFields & { readonly unit_id: number } & { readonly site_id: number | null },
): string {
  return device.serial ? `${unitKey(device)} of site ${device.site_id ?? 'none'}` : unitKey(device);
}

/** How an endpoint is spoken to: its protocol, or the settings of its line, as in `9600 baud 8E1`. */
export function endpointWay(address: EndpointAddress): string {
  return address.kind === 'tcp' ? protocolName(address.framing) : lineInWords(address.line);
}

/** Why two addresses cannot both be right, in words; undefined when they are different endpoints or one and the same. */
export function addressConflict(one: EndpointAddress, other: EndpointAddress): string | undefined {
  const key = endpointKey(one);
  if (key !== endpointKey(other)) return undefined;
  if (one.kind === 'tcp' && other.kind === 'tcp') {
    if (one.framing === other.framing) return undefined;
    return `${key} cannot speak ${protocolName(one.framing)} and ${protocolName(other.framing)}`;
  }
  if (one.kind === 'serial' && other.kind === 'serial') {
    const [first, second] = [lineInWords(one.line), lineInWords(other.line)];
    return first === second ? undefined : `${key} cannot run at ${first} and at ${second}`;
  }
  return `${key} cannot be both a TCP endpoint and a serial line`;
}

export interface EndpointProblem {
  /** Codes of the one or two devices that it is about. */
  readonly devices: readonly string[];
  readonly problem: string;
}

/** Contradictions between the endpoints of devices that are to be read together; empty when there are none. */
export function endpointProblems(
  devices: Iterable<EndpointFields & { readonly code: string }>,
): EndpointProblem[] {
  const problems: EndpointProblem[] = [];
  const firstAt = new Map<string, { code: string; address: EndpointAddress }>();
  for (const device of devices) {
    if (device.protocol === 'modbus_rtu' ? !device.serial : device.host === '') {
      const needed = device.protocol === 'modbus_rtu' ? 'a serial line' : 'a host';
      problems.push({ devices: [device.code], problem: `${device.protocol} needs ${needed}` });
      continue;
    }
    const address = endpointOf(device);
    const key = endpointKey(address);
    const first = firstAt.get(key);
    const problem = first && addressConflict(first.address, address);
    if (first && problem) problems.push({ devices: [first.code, device.code], problem });
    if (!first) firstAt.set(key, { code: device.code, address });
  }
  return problems;
}

function protocolName(framing: 'mbap' | 'rtu'): string {
  return framing === 'mbap' ? 'modbus_tcp' : 'modbus_rtu_over_tcp';
}

/** `9600 baud 8E1` */
function lineInWords({ baud_rate, parity, stop_bits }: SerialLine): string {
  return `${baud_rate} baud 8${parity.charAt(0).toUpperCase()}${stop_bits}`;
}
