import * as z from 'zod';
import { deviceConfigSchema } from './device.ts';
import { learnedLimitsSchema } from './session-status.ts';
import { idPattern } from './subjects.ts';
import { wordsSchema } from './text.ts';
import { traceParentField } from './trace-parent.ts';

/**
 * Request and reply on `collectors.<id>.call`, not stored: a user asks a collector to read the points of a device
 * once, or to write one, through the same endpoint, with the same one request at a time, as its sessions.
 */
export const callVersion = 1;

const common = {
  v: z.literal(callVersion),
  /** The call must be answered within so many ms; afterwards nothing is asked of the device. */
  within_ms: z.int().min(100).max(60_000),
  /** Trace of the request that led to the call. */
  traceparent: traceParentField,
} as const;

/** Where in TASK_CONFIGS a device stands: in the snapshot of a task, or by itself under the hash of its content. */
export const deviceSnapshotSchema = z.union([
  z.object({ task: z.string().regex(idPattern), version: z.int().positive() }),
  z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) }),
]);
export type DeviceSnapshot = z.infer<typeof deviceSnapshotSchema>;

export const deviceCallSchema = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('read'),
    device: deviceConfigSchema,
    /** Limits that a session has learned about the device: requests that it refuses are not made again. */
    learned_limits: learnedLimitsSchema.optional(),
  }),
  /** The address, and whether it may be written, are in the snapshot alone: a forged call reaches no other register. */
  z.object({
    ...common,
    kind: z.literal('write'),
    snapshot: deviceSnapshotSchema,
    /** Id of the device in it. */
    device: z.string().regex(idPattern),
    /** Code of the point. */
    point: z.string().min(1).max(128),
    value: z.union([z.number(), z.boolean(), z.string()]),
  }),
  /** Has the sessions that read the device forget its refusals: from now on everything is requested again. */
  z.object({ ...common, kind: z.literal('forget'), device: deviceConfigSchema }),
]);
export type DeviceCall = z.infer<typeof deviceCallSchema>;

/** `bad`: no value; `detail` says why. */
export const readQualities = ['good', 'uncertain', 'bad'] as const;

/**
 * Which limit kept a value from being read: the device's `timeout_ms`; the reading's own time; `busy_retries` of its
 * profile; the largest read that it takes; a range that its profile excludes.
 */
export const metLimits = [
  'device_timeout',
  'test_time',
  'busy_retries',
  'largest_block',
  'excluded_range',
] as const;
export type MetLimit = (typeof metLimits)[number];

export const readPointSchema = z.object({
  /** The point's code, with an index where the point is an array. */
  code: z.string(),
  quality: z.enum(readQualities),
  /** 64-bit integers without a scale come in decimal, as text. */
  value: z.union([z.number(), z.boolean(), z.string()]).nullable(),
  /** The registers that hold the value, hexadecimal (`0x00FF`), or its bit (`0`, `1`), or empty if none were read. */
  raw: z.array(z.string()),
  detail: wordsSchema,
  /** Left out when the value was read, or when no limit kept it from being read. */
  met_limit: z.enum(metLimits).optional(),
});
export type ReadPoint = z.infer<typeof readPointSchema>;

/** Bytes that went over the line for one request, in order. */
export const frameBytesSchema = z.object({
  direction: z.enum(['sent', 'received']),
  /** Since the request was begun. */
  ms: z.number(),
  /** Hexadecimal, without spaces. */
  bytes: z.string(),
});
export type FrameBytes = z.infer<typeof frameBytesSchema>;

export const requestFailures = ['timeout', 'connection', 'exception', 'gateway'] as const;
export type RequestFailure = (typeof requestFailures)[number];

/** A request, in its protocol's own fields, and what came of it. */
export const readRequestReportSchema = z.looseObject({
  ms: z.number(),
  /** Empty when the device answered with data. */
  error: wordsSchema,
  /** As they were, whole frames or not. Left out once a reading has had more than an answer has room for. */
  heard: z.array(frameBytesSchema).optional(),
  /**
   * The kind of the error; `gateway`: a gateway answered for a device that it does not reach. Left out without an error.
   */
  failure: z.enum(requestFailures).optional(),
});
export type ReadRequestReport = z.infer<typeof readRequestReportSchema>;

export const deviceReplySchema = z.discriminatedUnion('kind', [
  /** Nothing was asked of the device. `because` is `value` when the value does not fit the point; `detail` may name it. */
  z.object({ kind: z.literal('refused'), detail: wordsSchema, because: z.literal('value').optional() }),
  z.object({
    kind: z.literal('read'),
    points: z.array(readPointSchema),
    requests: z.array(readRequestReportSchema),
    /** Why asking stopped early; left out when everything was asked. */
    given_up: z.object({ detail: wordsSchema, met_limit: z.enum(metLimits).optional() }).optional(),
  }),
  z.object({
    kind: z.literal('written'),
    /** `unknown`: the device may have done it or not. */
    outcome: z.enum(['written', 'differs', 'failed', 'unknown']),
    detail: wordsSchema,
    /** The value right before, or null if nothing was read. */
    before: readPointSchema.nullable(),
    /** The values sent, as in `readPointSchema`. */
    sent: z.array(z.string()),
    /** The values read afterwards, or null if that failed. */
    read_back: readPointSchema.nullable(),
  }),
  /** Ids of the sessions that read the device here and ask for everything again. */
  z.object({ kind: z.literal('forgotten'), sessions: z.array(z.string()) }),
]);
export type DeviceReply = z.infer<typeof deviceReplySchema>;
