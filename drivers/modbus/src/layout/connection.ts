import { plainCode } from '@holdfast/driver/plain-text.ts';
import { asError } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { modbusText } from '../texts.ts';
import { registerTables } from './point-layout.ts';

export const modbusProtocols = ['modbus_tcp', 'modbus_rtu', 'modbus_rtu_over_tcp'] as const;
export type ModbusProtocol = (typeof modbusProtocols)[number];

/** A serial line, as the collector's machine names it. 8 data bits are what RTU needs. */
export const serialLineSchema = z.object({
  /** `/dev/ttyUSB0`, `/dev/serial/by-id/…` */
  path: plainCode(z.string().min(1).max(253)),
  baud_rate: z.int().min(300).max(4_000_000).default(9600),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  stop_bits: z.union([z.literal(1), z.literal(2)]).default(1),
});
export type SerialLine = z.infer<typeof serialLineSchema>;

export const excludedRangeSchema = z
  .object({
    table: z.enum(registerTables),
    from: z.int().min(0).max(65535),
    to: z.int().min(0).max(65535),
    /** Written by a session after a refusal: points in the range are left out, and do not keep a task from starting. */
    learned: z.boolean().optional(),
  })
  .refine(({ from, to }) => from <= to, asError(modbusText('range_begins_after_its_end')));

/** Quirks of a device. */
export const deviceProfileSchema = z.object({
  /** How often a request is repeated within the tick when the device is busy (exceptions 5 and 6). */
  busy_retries: z.int().min(0).max(20).default(2),
  /** Quiet time on the endpoint between two requests to this device. */
  request_pause_ms: z.int().min(0).max(10_000).default(0),
  /** Quiet time after the connection was made. */
  connect_pause_ms: z.int().min(0).max(10_000).default(0),
  /** On lines of RTU frames: how long after its timeout an answer may still come; five times the timeout unless set. */
  late_answer_ms: z.int().min(0).max(600_000).optional(),
  /** Closes the connection after each tick. */
  close_after_read: z.boolean().default(false),
  /** The device takes one connection only, and a new one only after the old one is closed on both sides. */
  single_connection: z.boolean().default(false),
  /** Takes a reply from unit 0 as this device's: some gateways do not copy the unit id. */
  accept_unit_zero: z.boolean().default(false),
  /** Registers or bits that no point wants and that may be read to merge two requests into one. */
  max_hole: z.int().min(0).max(2_000).default(0),
  /** Addresses that must never be read, not even within a larger block. */
  excluded: z.array(excludedRangeSchema).max(1_000).default([]),
  /** Whether limits that collectors learn from refusals are written into the device's configuration. Default: false. */
  write_back: z.boolean().optional(),
});
export type DeviceProfile = z.infer<typeof deviceProfileSchema>;

/** The fields of a device that are Modbus's own. */
export const connectionSchema = z.object({
  /** Empty for a serial line. */
  host: plainCode(z.string().max(253)).default(''),
  port: z.int().min(1).max(65535).default(502),
  unit_id: z.int().min(0).max(255).default(1),
  /** Largest read that the device answers; the specification's limits are 125 registers and 2000 bits. */
  max_registers: z.int().min(1).max(125).default(125),
  max_bits: z.int().min(1).max(2000).default(2000),
  /** Required by the protocol `modbus_rtu`, and only allowed with it. */
  serial: serialLineSchema.optional(),
  profile: deviceProfileSchema.optional(),
});
export type ModbusConnection = z.infer<typeof connectionSchema>;
