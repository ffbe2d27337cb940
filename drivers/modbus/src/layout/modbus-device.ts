import type { DeviceProfile, ModbusProtocol, SerialLine } from './connection.ts';
import type { PointLayout } from './point-layout.ts';

/** A point with its place, flat. */
export interface ModbusPoint extends PointLayout {
  readonly code: string;
  /** Zero-based protocol address. */
  readonly address: number;
}

/** A device's fields as far as its requests follow from them, flat. */
export interface ModbusDevice<P extends ModbusPoint = ModbusPoint> {
  readonly code: string;
  readonly protocol: ModbusProtocol;
  /** Empty for a serial line. */
  readonly host: string;
  readonly port: number;
  readonly unit_id: number;
  readonly timeout_ms: number;
  readonly max_registers: number;
  readonly max_bits: number;
  readonly serial?: SerialLine | undefined;
  readonly profile?: DeviceProfile | undefined;
  readonly points: readonly P[];
}
