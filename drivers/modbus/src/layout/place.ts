import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { modbusText } from '../texts.ts';
import { addressPattern } from './address-notation.ts';
import {
  type ByteOrder,
  byteOrders,
  type RegisterTable,
  registerTables,
  type TextEncoding,
  textEncodings,
} from './point-layout.ts';

/** The fields of a point that say where it is and how its registers are read, as people write them. */
export const placeSchema = z.object({
  /** May be left out where the address names the table. */
  table: z.enum(registerTables).exactOptional(),
  address: z.union(
    [z.int().meta({ minimum: 0, maximum: 65_535 }), z.string().max(32).meta({ pattern: addressPattern })],
    {
      error: () => schemaMessage(modbusText('address_type_rule')),
    },
  ),
  byte_order: z.enum(byteOrders).default('ABCD'),
  /** Byte orders and parts of registers: `point-layout.ts`. */
  bit: z.int().min(0).max(15).optional(),
  byte: z.enum(['high', 'low']).optional(),
  length: z.int().min(1).max(125).optional(),
  encoding: z.enum(textEncodings).optional(),
});
export type WrittenPlace = z.infer<typeof placeSchema>;

/** A place as it is stored. */
export interface ModbusPlace {
  readonly table: RegisterTable;
  /** Zero-based protocol address, 0…65535. */
  readonly address: number;
  readonly byte_order: ByteOrder;
  readonly bit?: number | undefined;
  readonly byte?: 'high' | 'low' | undefined;
  readonly length?: number | undefined;
  readonly encoding?: TextEncoding | undefined;
}
