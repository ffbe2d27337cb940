import { connectionSchema } from '@holdfast/driver-melsec/layout/connection.ts';
import { plcDevices } from '@holdfast/driver-melsec/layout/devices.ts';
import { placeSchema } from '@holdfast/driver-melsec/layout/place.ts';
import { durationSchema } from '@holdfast/plant/duration.ts';
import { valueSchema } from '@holdfast/plant/plant-file/value-schema.ts';
import { pointConfigSchema } from '@holdfast/shared/contracts/device.ts';
import * as z from 'zod';
import { faultSchema } from '../fault.ts';

const { frame, series, max_words, max_bits } = connectionSchema.shape;

const pointSchema = z.strictObject({
  ...pointConfigSchema.omit({ period_ms: true, report: true }).shape,
  ...placeSchema.shape,
  value: valueSchema,
});
export type PointOfFile = z.infer<typeof pointSchema>;

/** A PLC: a port of its own, and what is in its memory. */
export const endpointSchema = z.strictObject({
  protocol: z.literal('melsec'),
  /** Name of the PLC and of its endpoint; unique in the plant. */
  device: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\s/]+$/, 'must be without spaces and slashes'),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65535).default(0),
  ...{ frame, series },
  data_code: z.enum(['binary', 'ascii']).default('binary'),
  /** The most that one read gives; the limits of frame, data code and series unless set. */
  ...{ max_words, max_bits },
  points: z.array(pointSchema).default([]),
  /** Cells of a kind of memory, where it is not the usual number; 0: the PLC does not have it. */
  sizes: z
    .partialRecord(z.enum(plcDevices.map(({ symbol }) => symbol)), z.int().min(0).max(0x10_0000))
    .default({}),
  max_connections: z.int().min(1).max(10_000).optional(),
  other_connections: z.enum(['close', 'ignore', 'replace']).optional(),
  latency: durationSchema.optional(),
  jitter: durationSchema.optional(),
  faults: z.array(faultSchema).default([]),
});
export type EndpointOfFile = z.infer<typeof endpointSchema>;
