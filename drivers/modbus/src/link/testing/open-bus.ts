import { type LinkHostOptions, openLinkHost } from '@holdfast/driver/host/link-host.ts';
import type { EndpointAddress } from '../../layout/endpoint-address.ts';
import type { DeviceBus } from '../device-bus.ts';
import { openDeviceBus, RtuLines } from '../open-device-bus.ts';

export interface DeviceBusOptions extends Pick<LinkHostOptions, 'mayRequest' | 'refusal'> {
  /** Lines that all buses of the test share; without them a bus knows nothing of the bus before it. */
  readonly lines?: RtuLines;
}

/** A bus over sockets and lines of this machine. */
export function openBus(address: EndpointAddress, options: DeviceBusOptions = {}): DeviceBus {
  const { lines = new RtuLines(), ...host } = options;
  return openDeviceBus(address, openLinkHost(host), lines);
}
