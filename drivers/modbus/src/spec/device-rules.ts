import { hostProblem } from '@holdfast/driver/host-name.ts';
import { modbusText } from '../texts.ts';
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
      problems.push({ field: 'serial', message: modbusText('serial_required') });
    }
    if (host !== '') {
      const message = modbusText('serial_line_has_no_host');
      problems.push({ field: 'host', message });
    }
  } else {
    if (host === '') problems.push({ field: 'host', message: modbusText('required_with', { protocol }) });
    const message = hostProblem(host);
    if (message !== undefined) problems.push({ field: 'host', message });
    if (serial) {
      problems.push({ field: 'serial', message: modbusText('serial_only_of_rtu', { protocol }) });
    }
  }
  if (protocol !== 'modbus_tcp' && unit_id === 0) {
    problems.push({
      field: 'unit_id',
      message: modbusText('unit_zero_is_broadcast'),
    });
  }
  const { timeout_ms = Number.POSITIVE_INFINITY, profile } = device;
  if (profile && profile.connect_pause_ms >= timeout_ms) {
    const message = modbusText('pause_exceeds_timeout', {
      pause: profile.connect_pause_ms,
      timeout: timeout_ms,
    });
    problems.push({ field: 'profile', message });
  }
  return problems;
}
