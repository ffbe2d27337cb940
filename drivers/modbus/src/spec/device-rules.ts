import { hostProblem } from '@holdfast/driver/host-name.ts';
import type { FieldProblem } from './point-rules.ts';

export interface RuledDevice {
  readonly protocol: 'modbus_tcp' | 'modbus_rtu' | 'modbus_rtu_over_tcp';
  /** Empty for a serial line. */
  readonly host: string;
  readonly unit_id: number;
  readonly serial?: { readonly path: string } | undefined;
  readonly timeout_ms?: number | undefined;
  readonly profile?: { readonly connect_pause_ms: number } | null | undefined;
}

/** Contradictions within a device's address. contracts/endpoint-address.ts has those between devices of one endpoint. */
export function deviceProblems(device: RuledDevice): readonly FieldProblem[] {
  const { protocol, host, serial, unit_id } = device;
  const problems: FieldProblem[] = [];
  if (protocol === 'modbus_rtu') {
    if (!serial) {
      problems.push({ field: 'serial', message: 'is required with modbus_rtu: {"path": "/dev/ttyUSB0"}' });
    }
    if (host !== '') {
      const message =
        'a serial line has no host: leave it out, or use modbus_rtu_over_tcp for a serial gateway';
      problems.push({ field: 'host', message });
    }
  } else {
    if (host === '') problems.push({ field: 'host', message: `is required with ${protocol}` });
    const message = hostProblem(host);
    if (message !== undefined) problems.push({ field: 'host', message });
    if (serial) {
      problems.push({ field: 'serial', message: `only modbus_rtu has a serial line, not ${protocol}` });
    }
  }
  if (protocol !== 'modbus_tcp' && unit_id === 0) {
    problems.push({
      field: 'unit_id',
      message: '0 addresses all units of a serial line, and none of them answers',
    });
  }
  const { timeout_ms = Number.POSITIVE_INFINITY, profile } = device;
  if (profile && profile.connect_pause_ms >= timeout_ms) {
    const message = `connect_pause_ms of ${profile.connect_pause_ms} comes off the timeout of ${timeout_ms} ms and leaves nothing of it: give the device a longer timeout_ms`;
    problems.push({ field: 'profile', message });
  }
  return problems;
}
