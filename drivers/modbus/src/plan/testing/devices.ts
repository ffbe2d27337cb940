import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';

export function pointOf(code: string, address: number, rest: Partial<PointConfig> = {}): PointConfig {
  return {
    code,
    name: '',
    table: 'holding_register',
    address,
    data_type: 'uint16',
    byte_order: 'ABCD',
    scale: 1,
    offset: 0,
    unit: '',
    ...rest,
  };
}

export function deviceOf(rest: Partial<DeviceConfig> = {}): DeviceConfig {
  return {
    id: 'd1',
    code: 'press-1',
    name: '',
    site_code: 'hall',
    protocol: 'modbus_tcp',
    host: '10.0.0.5',
    port: 502,
    unit_id: 1,
    timeout_ms: 200,
    max_registers: 125,
    max_bits: 2000,
    points: [pointOf('speed', 10), pointOf('force', 11)],
    ...rest,
  };
}
