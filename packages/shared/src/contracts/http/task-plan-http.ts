import * as z from 'zod';
import { closedObject } from './closed-object.ts';

/** Assumptions of a plan in addition to the configuration. */
export const taskPlanBodySchema = closedObject({
  /**
   * Round trip of a TCP request, from its departure until the reply is complete; takes precedence over what was
   * measured.
   */
  round_trip_ms: z.number().min(0.01).max(60_000),
  /** Thinking time of a device on a serial line before it answers. */
  turnaround_ms: z.number().min(0).max(60_000),
})
  .partial()
  .nullish();

/** A request in its protocol's own fields. */
const planRequestSchema = z.looseObject({
  /** Codes of the points that it reads. */
  points: z.array(z.string()),
  ms: z.number(),
});

export const planVerdicts = ['holds', 'late_at_times', 'cannot_hold'] as const;

export const taskPlanSchema = z.object({
  task_id: z.int(),
  task_code: z.string(),
  /** The worst of all endpoints. */
  verdict: z.enum(planVerdicts),
  detail: z.string(),
  /** Used for devices that no session has measured, or for all where it was given. */
  round_trip_ms: z.number(),
  turnaround_ms: z.number(),
  values_per_second: z.number(),
  endpoints: z.array(
    z.object({
      /** `host:port`, or the path of a serial line. */
      endpoint: z.string(),
      verdict: z.enum(planVerdicts),
      /** `cannot hold 500 ms: the plan needs 720 ms` */
      detail: z.string(),
      /** Share of the time, 0 to 1 and beyond; the reads of other tasks here are included. */
      busy_share: z.number(),
      everything_once_ms: z.number(),
      /** Reads of other running tasks here, as they are configured now. */
      other_tasks: z.array(z.object({ task_id: z.int(), task_code: z.string(), busy_share: z.number() })),
      /** Devices of this task. */
      devices: z.array(
        z.object({
          device: z.string(),
          protocol: z.string(),
          /** The box behind the endpoint that answers by itself, or empty if there is no such thing. */
          unit: z.string(),
          /** Period of the device's ticks. */
          period_ms: z.int(),
          /**
           * Assumed time of each of its requests: over TCP all of it; on a serial line the device's thinking time or,
           * where it was measured, the least that a request takes.
           */
          request: z.object({
            ms: z.number(),
            /** `measured` by a session (the median of its latest requests), `given` with the call, or `assumed`. */
            from: z.enum(['measured', 'given', 'assumed']),
            /** The session that has measured it. */
            session_id: z.string().nullable(),
          }),
          /** When all its points are due. */
          full_tick_ms: z.number(),
          rates: z.array(
            z.object({
              period_ms: z.int(),
              /** Registers that are read, with those in holes; bits count a sixteenth. */
              registers: z.number(),
              requests: z.array(planRequestSchema),
            }),
          ),
          unreadable: z.array(z.object({ point: z.string(), reason: z.string() })),
        }),
      ),
    }),
  ),
});
export type TaskPlanView = z.infer<typeof taskPlanSchema>;
export type TaskPlanBody = z.infer<typeof taskPlanBodySchema>;
