import type { Specs } from '@holdfast/driver/spec.ts';
import * as z from 'zod';
import { described, schemaOf, type Validated, validate } from '../../judgement/verdict-on-body.ts';
import {
  frameBytesSchema,
  readPointSchema,
  readRequestReportSchema,
  requestFailures,
} from '../device-call.ts';
import { closedObject } from './closed-object.ts';
import type { DeviceBodies, DeviceCreate } from './device-http.ts';
import { devicePointSchema, type ValidPoint, validateDevicePoint } from './point-http.ts';

/** `partly`: some points gave no value. */
export const deviceTestStatuses = ['ok', 'partly', 'failed'] as const;

/**
 * Bytes of a frame that belong together. `part` is one of `frame_parts` of the protocol; `text` is there when its bytes
 * are text.
 */
export const framePartSchema = z.object({ part: z.string(), length: z.int(), text: z.string().optional() });

/** A value as a collector has read it, in the language of the request. */
export const shownPointSchema = readPointSchema.extend({ detail: z.string() });
export type ShownPoint = z.infer<typeof shownPointSchema>;

/** A request whose frames are taken apart as the device's protocol defines them: their parts from the first byte on. */
export const deviceRequestViewSchema = readRequestReportSchema.extend({
  error: z.string(),
  /** As the collector reports it, or `not_allowed`: DEVICE_NETWORKS of the collector excludes the device's address. */
  failure: z.enum([...requestFailures, 'not_allowed']).optional(),
  heard: z.array(frameBytesSchema.extend({ parts: z.array(framePartSchema) })).optional(),
});
export type DeviceRequestView = z.infer<typeof deviceRequestViewSchema>;

/** The answer when a device's points were read once. */
export const deviceTestSchema = z.object({
  device_id: z.int(),
  /** Device code. */
  device: z.string(),
  status: z.enum(deviceTestStatuses),
  detail: z.string(),
  /** The time that the test had: what it did not get to has the `met_limit` `test_time`. */
  within_ms: z.int(),
  /** The collector that asked the device, or null if none did. */
  collector_id: z.string().nullable(),
  points: z.array(shownPointSchema),
  requests: z.array(deviceRequestViewSchema),
});
export type DeviceTestView = z.infer<typeof deviceTestSchema>;

/**
 * A device and points as they would be sent to be stored; without points, one is read that shows whether the device is
 * there.
 */
export interface DeviceTrialBody {
  readonly device: DeviceCreate;
  readonly points: readonly ValidPoint[];
}

/** The schema of a trial, for the protocols that there are. */
export function deviceTrialBody(specs: Specs, devices: DeviceBodies): z.ZodType<DeviceTrialBody, unknown> {
  const envelope = closedObject({
    device: devices.create,
    points: z.array(z.unknown()).max(500).default([]),
  });
  const shownPoint = {
    anyOf: [...new Set([...specs.values()].map(devicePointSchema))].map((schema) => described(schema)),
  };
  const judge = (body: unknown): Validated<DeviceTrialBody> => {
    const parsed = validate(envelope, body);
    const { device, points } = (body ?? {}) as { readonly device?: unknown; readonly points?: unknown };
    const spec = devices.specOf(device);
    const verdict =
      spec && Array.isArray(points)
        ? points.map((point) =>
            validateDevicePoint({ spec, connection: devices.connectionIn(spec, device) }, point),
          )
        : [];
    const issues = [
      ...(parsed.ok ? [] : parsed.issues),
      ...verdict.flatMap((each, index) =>
        each.ok
          ? []
          : each.issues.map(({ path, message }) => ({ path: ['points', index, ...path], message })),
      ),
    ];
    if (!parsed.ok || issues.length > 0) return { ok: false, issues };
    return {
      ok: true,
      value: {
        device: parsed.value.device as DeviceCreate,
        points: verdict.flatMap((each) => (each.ok ? [each.value] : [])),
      },
    };
  };
  const { properties, ...rest } = described(envelope) as { readonly properties?: object };
  return schemaOf(judge, {
    ...rest,
    properties: { ...properties, points: { type: 'array', maxItems: 500, default: [], items: shownPoint } },
  });
}

/** The answer when something was read that is not stored. */
export const deviceTrialSchema = deviceTestSchema.omit({ device_id: true }).extend({
  /** Whether the device has answered at all, even with a refusal. */
  answers: z.boolean(),
  /** Where it was asked, in the words of its protocol: `10.0.0.7:502 unit 3`. */
  place: z.string(),
});
export type DeviceTrialView = z.infer<typeof deviceTrialSchema>;

/**
 * `strict`: a session starts only when every point of every device gave a value. `warn`: the answer says which did not.
 */
export const startValidations = ['strict', 'warn', 'skip'] as const;
export type StartValidation = (typeof startValidations)[number];

export const startValidationViewSchema = z.object({
  /** Devices that did not give all their values, as far as they were read within 5 s. */
  failing: z.array(deviceTestSchema.omit({ requests: true, within_ms: true })),
  /** How many devices gave everything. */
  passed: z.int(),
});
export type StartValidationView = z.infer<typeof startValidationViewSchema>;

export const writePointBodySchema = closedObject({
  /** In engineering units; 64-bit integers as decimal text, enumerated values by name, times as RFC 3339. */
  value: z.union([z.number(), z.boolean(), z.string().max(250)]),
  reason: z.string().max(500).default(''),
});

export const writtenPointSchema = z.object({
  device: z.string(),
  point: z.string(),
  collector_id: z.string(),
  /** `differs`: the device confirmed it and holds another value. */
  outcome: z.enum(['written', 'differs']),
  detail: z.string(),
  /** The value right before it was written, or null if it could not be read. */
  before: shownPointSchema.nullable(),
  sent: z.array(z.string()),
  read_back: shownPointSchema.nullable(),
  /** Sequence of the entry in the audit log. */
  audit_id: z.string(),
});
export type WrittenPoint = z.infer<typeof writtenPointSchema>;
