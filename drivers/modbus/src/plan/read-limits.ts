import type { AddressRange, ReadLimits } from './plan-reads.ts';

/** Registers that cost about as much as another request on a serial line: 16 take 37 ms at 9600 baud. */
const unneededOnASerialLine = 16;

/** The part of a device's configuration that says how much one request may read. */
export interface LimitedDevice {
  readonly protocol: 'modbus_tcp' | 'modbus_rtu' | 'modbus_rtu_over_tcp';
  readonly max_registers: number;
  readonly max_bits: number;
  readonly profile?: { readonly max_hole: number; readonly excluded: readonly AddressRange[] } | undefined;
}

export function readLimits({ max_registers, max_bits, profile, protocol }: LimitedDevice): ReadLimits {
  return {
    maxRegisters: max_registers,
    maxBits: max_bits,
    maxHole: profile?.max_hole ?? 0,
    excluded: profile?.excluded ?? [],
    maxUnneeded: protocol === 'modbus_tcp' ? Number.POSITIVE_INFINITY : unneededOnASerialLine,
  };
}
