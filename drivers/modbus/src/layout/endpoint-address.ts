import { tcpEndpoint } from '@holdfast/driver/tcp-endpoint.ts';
import type { ModbusProtocol, SerialLine } from './connection.ts';

/** Where requests go. Devices of one endpoint share its connection and are asked one after the other. */
export type EndpointAddress =
  | {
      readonly kind: 'tcp';
      /** `mbap` is Modbus TCP; `rtu` means frames of a serial line with their CRC, as serial gateways pass them on. */
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

/** @throws Error for `modbus_rtu` without a serial line; `deviceProblems` refuses it beforehand */
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
 * say the same of it (`endpointConflict`).
 */
export function endpointKey(address: EndpointAddress): string {
  return address.kind === 'tcp'
    ? tcpEndpoint(address.host, address.port, endpointWay(address)).key
    : address.line.path;
}

/** How an endpoint is spoken to: its protocol, or the settings of its line, as in `9600 baud 8E1`. */
export function endpointWay(address: EndpointAddress): string {
  return address.kind === 'tcp' ? protocolName(address.framing) : lineInWords(address.line);
}

function protocolName(framing: 'mbap' | 'rtu'): string {
  return framing === 'mbap' ? 'modbus_tcp' : 'modbus_rtu_over_tcp';
}

/** `9600 baud 8E1` */
function lineInWords({ baud_rate, parity, stop_bits }: SerialLine): string {
  return `${baud_rate} baud 8${parity.charAt(0).toUpperCase()}${stop_bits}`;
}
