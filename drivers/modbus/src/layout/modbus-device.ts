import type { DeviceProfile, ModbusProtocol, SerialLine } from './connection.ts';
import type { PointLayout } from './point-layout.ts';

/** A point and its place in one flat object. */
export interface ModbusPoint extends PointLayout {
  readonly code: string;
  /** Zero-based protocol address. */
  readonly address: number;
}

/** The fields of a device that its requests depend on, in one flat object. */
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
