import { parseAddress } from '@holdfast/driver-modbus/layout/address-notation.ts';
import { placeSchema } from '@holdfast/driver-modbus/layout/place.ts';
import { registerTables } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { pointProblems } from '@holdfast/driver-modbus/spec/point-rules.ts';
import { tableNeverWritten } from '@holdfast/driver-modbus/values/never-written.ts';
import { durationSchema } from '@holdfast/plant/duration.ts';
import { valueSchema } from '@holdfast/plant/plant-file/value-schema.ts';
import { pointConfigSchema } from '@holdfast/shared/contracts/device.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import { faultSchema } from '../fault.ts';

const port = z.int().min(0).max(65535);
const address = z.int().min(0).max(65535);
const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\s/]+$/, 'must be without spaces and slashes');
const copies = z.int().min(1).max(10_000).optional();
const cell = z.union([z.int().min(-32768).max(65535), z.boolean()]);

/** Keys `7` or `10-19`; a single value for a range fills it, a list is put from its first address on. */
const cellsSchema = z.record(
  z.string().regex(/^\d{1,5}(-\d{1,5})?$/, 'must be an address such as 7, or a range such as 10-19'),
  z.union([cell, z.array(cell).min(1)]),
);

/** As in Holdfast's own configuration: the classic notation names the table by itself. */
const pointSchema = z
  .strictObject({
    ...pointConfigSchema.omit({ period_ms: true, report: true }).shape,
    ...placeSchema.shape,
    table: z.enum(registerTables).optional(),
    address: z.union([z.int(), z.string()]),
    value: valueSchema,
  })
  .transform(({ table, address, ...point }, context) => {
    const parsed = parseAddress(address, table);
    const refuse = (field: string, message: string) => {
      context.issues.push({ code: 'custom', path: [field], message, input: address });
      return z.NEVER;
    };
    if (!parsed.ok) return refuse(parsed.field, inLanguage(parsed.message, 'en'));
    if (!parsed.table) return refuse('table', `must be one of ${registerTables.join(', ')}`);
    const place = { ...point, table: parsed.table, address: parsed.address };
    // Other clients may write what Holdfast never does: arrays, and registers of single bits.
    const readOnly = place.writable ? tableNeverWritten(place.table) : undefined;
    if (readOnly !== undefined) refuse('writable', inLanguage(readOnly, 'en'));
    for (const { field, message } of pointProblems({ ...place, writable: false }))
      refuse(field, inLanguage(message, 'en'));
    return place;
  });
export type PointOfFile = z.infer<typeof pointSchema>;

export const machineNames = ['injection_moulding_machine', 'power_meter', 'chiller'] as const;
export type MachineName = (typeof machineNames)[number];

const unitSchema = z
  .strictObject({
    /** The device's name; unique in the plant. */
    device: name,
    unit_id: z.int().min(0).max(255).default(1),
    /** Makes this many devices: `press-1`, `press-2`, … with unit ids one after the other. */
    copies,
    /** One of the machines of the demo instead of points and tables. */
    machine: z.enum(machineNames).optional(),
    points: z.array(pointSchema).default([]),
    tables: z.partialRecord(z.enum(registerTables), cellsSchema).default({}),
    /** Undescribed addresses: they do not exist (exception 2), or are read as 0. */
    holes: z.enum(['absent', 'zero']).default('absent'),
    read_only: z.boolean().default(false),
    max_registers: z.int().min(1).max(125).default(125),
    max_bits: z.int().min(1).max(2000).default(2000),
    too_large_exception: z.int().min(1).max(255).default(3),
    forbidden: z
      .array(
        z
          .strictObject({ table: z.enum(registerTables), from: address, to: address })
          .refine(({ from, to }) => from <= to, 'must begin before it ends'),
      )
      .default([]),
    latency: durationSchema.optional(),
    jitter: durationSchema.optional(),
    identity: z
      .strictObject({
        vendor: z.string().max(60),
        product: z.string().max(60),
        revision: z.string().max(60),
      })
      .optional(),
    faults: z.array(faultSchema).default([]),
  })
  .refine(
    ({ machine, points, tables }) => !machine || (points.length === 0 && Object.keys(tables).length === 0),
    'a machine brings its points: it takes no points and no tables of its own',
  );
export type UnitOfFile = z.infer<typeof unitSchema>;

const ofEveryEndpoint = {
  /** The first device's name unless set. */
  name: name.optional(),
  /** Makes this many endpoints, on ports one after the other. */
  copies,
  units: z.array(unitSchema).min(1),
  unknown_unit: z.enum(['exception', 'silence']).optional(),
  /** The units hang on one line behind this gateway. */
  unit_timeout: durationSchema.optional(),
  faults: z.array(faultSchema).default([]),
};

const ofTcp = {
  ...ofEveryEndpoint,
  port: port.default(0),
  max_connections: z.int().min(1).max(10_000).optional(),
  other_connections: z.enum(['close', 'ignore', 'replace']).optional(),
};

export const endpointSchema = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.literal('modbus_tcp'), ...ofTcp }),
  z.strictObject({ protocol: z.literal('modbus_rtu_over_tcp'), ...ofTcp }),
  z
    .strictObject({
      protocol: z.literal('modbus_rtu'),
      ...ofEveryEndpoint,
      /** A line that is there: `/dev/ttyUSB0`. */
      path: z.string().min(1).optional(),
      /** A line that is made, for clients on the same machine; needs socat. */
      pty: z.string().min(1).optional(),
      baud_rate: z.int().min(300).max(4_000_000).default(9600),
      parity: z.enum(['none', 'even', 'odd']).default('even'),
      stop_bits: z.union([z.literal(1), z.literal(2)]).default(1),
      /** Answers take the time that their bytes take on a real line. Only a pty needs it. */
      paced: z.boolean().default(false),
    })
    .refine(
      ({ path, pty }) => (path === undefined) !== (pty === undefined),
      'needs either path (a line that is there) or pty (a line to be made)',
    ),
]);
export type EndpointOfFile = z.infer<typeof endpointSchema>;
