import { dataTypes } from '@holdfast/driver/point.ts';
import * as z from 'zod';
import { idPattern } from './subjects.ts';

export { type DataType, dataTypes, valueCodes } from '@holdfast/driver/point.ts';
export { isWholeNumber } from '@holdfast/driver/values/whole-number.ts';

export const siteNetworksAtMost = 32;

export const periodMsSchema = z.int().min(10).max(86_400_000);

/**
 * A reading is sent when it differs from the last one sent by more than a deadband, when its quality changes, and at
 * least every `heartbeat_ms`. Without a deadband any difference counts.
 */
export const reportByExceptionSchema = z.object({
  /** In engineering units. */
  deadband_absolute: z.number().nonnegative().optional(),
  /** Percent of the last value sent. */
  deadband_percent: z.number().min(0).max(100).optional(),
  heartbeat_ms: z.int().min(10).max(86_400_000).default(60_000),
});
export type ReportByException = z.infer<typeof reportByExceptionSchema>;

export const linearRangeSchema = z.object({
  raw_min: z.number(),
  raw_max: z.number(),
  eng_min: z.number(),
  eng_max: z.number(),
});

/** Fields of a point that every protocol has. Its driver's spec says which go with which type, and what an address is. */
export const pointConfigSchema = z.object({
  /** Name of the value in samples and in the database. */
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  /** As the spec of the protocol has parsed it (`parseAddress`). */
  address: z.unknown(),
  data_type: z.enum(dataTypes),
  /** engineering value = raw × scale + offset; booleans, texts and times are left alone. */
  scale: z.number().default(1),
  offset: z.number().default(0),
  count: z.int().min(1).max(2_000).optional(),
  precision: z.int().min(0).max(15).optional(),
  valid_min: z.number().optional(),
  valid_max: z.number().optional(),
  linear: linearRangeSchema.optional(),
  enumeration: z.record(z.string().max(20), z.string().max(256)).optional(),
  /** Whether operators may write it. */
  writable: z.boolean().optional(),
  unit: z.string().max(32).default(''),
  /** How often it is read; the task's period unless set. See `domain/rates`. */
  period_ms: periodMsSchema.optional(),
  /** Report by exception; without it every reading is sent. */
  report: reportByExceptionSchema.optional(),
});
export type PointConfig = z.infer<typeof pointConfigSchema>;

export const modeSchema = z.enum(['polled', 'subscribed']);
export const protocolSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be the name of a protocol');

/** A device of any protocol. What its connection and its points' addresses hold is judged by the registry of drivers. */
export const deviceConfigSchema = z.object({
  id: z.string().regex(idPattern),
  code: z.string().min(1).max(128),
  name: z.string().max(256).default(''),
  site_code: z.string().max(128).default(''),
  /** Networks of its site, in CIDR notation: its collector connects nowhere else. Left out where the site has none. */
  site_networks: z.array(z.string().max(64)).max(siteNetworksAtMost).optional(),
  protocol: protocolSchema,
  mode: modeSchema.default('polled'),
  timeout_ms: z.int().min(10).max(60_000).default(1000),
  /** The protocol's own fields, as its spec has parsed them. */
  connection: z.record(z.string(), z.unknown()),
  /** Measurement in the time-series database; the device code unless set. */
  measurement: z.string().min(1).max(128).optional(),
  points: z.array(pointConfigSchema).min(1).max(10_000),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;
