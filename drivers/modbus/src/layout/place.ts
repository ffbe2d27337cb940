import * as z from 'zod';
import { byteOrders, registerTables, textEncodings } from './point-layout.ts';

/** The fields of a point that say where it lies and how its registers are read. */
export const placeSchema = z.object({
  table: z.enum(registerTables),
  /** Zero-based protocol address, 0…65535. */
  address: z.int().min(0).max(65535),
  byte_order: z.enum(byteOrders).default('ABCD'),
  /** Byte orders and parts of registers: `point-layout.ts`. */
  bit: z.int().min(0).max(15).optional(),
  byte: z.enum(['high', 'low']).optional(),
  length: z.int().min(1).max(125).optional(),
  encoding: z.enum(textEncodings).optional(),
});
export type ModbusPlace = z.infer<typeof placeSchema>;
