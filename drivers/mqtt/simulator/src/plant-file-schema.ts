import { filterProblem, hasWildcard } from '@holdfast/driver-mqtt/layout/topic-filter.ts';
import { durationSchema } from '@holdfast/plant/duration.ts';
import { valueSchema } from '@holdfast/plant/plant-file/value-schema.ts';
import * as z from 'zod';
import { faultSchema } from './fault.ts';

const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\s/]+$/, 'must be without spaces and slashes');

const topic = z
  .string()
  .refine(
    (text) => filterProblem(text) === undefined && !hasWildcard(text),
    'must be a topic without wildcards, such as plant/meter-1',
  );

const deviceSchema = z.strictObject({
  /** Unique in the plant. */
  device: name,
  topic,
  /** Time from one message to the next. */
  every: durationSchema.default('1s'),
  /** Whether the broker keeps the last message for clients that subscribe later. */
  retain: z.boolean().default(false),
  /** The values of the message, which is a JSON object of them with its time as `ts`, in ms since 1970. */
  values: z.record(z.string().min(1).max(128), valueSchema),
  faults: z.array(faultSchema).default([]),
});
export type DeviceOfFile = z.infer<typeof deviceSchema>;

/** A broker, and the devices that publish to it. */
export const endpointSchema = z.strictObject({
  protocol: z.literal('mqtt'),
  /** The first device's name unless set. */
  name: name.optional(),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65535).default(0),
  devices: z.array(deviceSchema).min(1),
  faults: z.array(faultSchema).default([]),
});
export type EndpointOfFile = z.infer<typeof endpointSchema>;
