import * as z from 'zod';
import { durationSchema } from '../duration.ts';

const scalar = z.union([z.number(), z.boolean(), z.string()]);
const period = durationSchema;

/** A value that moves, in exactly one of these ways. Elapsed time counts from the start of the plant. */
const movingSchema = z
  .strictObject({
    constant: z.union([scalar, z.array(scalar).min(1)]).optional(),
    /** From `from` to `to` in each period, then from the start; with `once` it stays at `to`. */
    ramp: z
      .strictObject({ from: z.number(), to: z.number(), period, once: z.boolean().default(false) })
      .optional(),
    /** `phase` is a part of the period, 0…1. */
    sine: z
      .strictObject({
        middle: z.number().default(0),
        amplitude: z.number(),
        period,
        phase: z.number().default(0),
      })
      .optional(),
    square: z
      .strictObject({ low: scalar, high: scalar, period, duty: z.number().min(0).max(1).default(0.5) })
      .optional(),
    /** Takes a step of at most `step` up or down at each interval, between `min` and `max`. */
    random_walk: z
      .strictObject({
        start: z.number().optional(),
        step: z.number().positive(),
        min: z.number(),
        max: z.number(),
        every: durationSchema.default('1s'),
        seed: z.int().optional(),
      })
      .refine(({ min, max }) => min < max, 'min must be less than max')
      .refine(
        ({ start, min, max }) => start === undefined || (start >= min && start <= max),
        'start must be between min and max',
      )
      .optional(),
    /** Returns to `start` instead of reaching `wrap_at`. */
    counter: z
      .strictObject({
        start: z.number().default(0),
        step: z.number().default(1),
        every: durationSchema.default('1s'),
        wrap_at: z.number().optional(),
      })
      .refine(
        ({ start, step, wrap_at }) => wrap_at === undefined || (wrap_at - start) * step > 0,
        'wrap_at must lie in the direction of step',
      )
      .optional(),
    list: z
      .strictObject({
        values: z.array(scalar).min(1),
        every: durationSchema.default('1s'),
        once: z.boolean().default(false),
      })
      .optional(),
    /** A column of a file with a head line, next to the plant file. */
    csv: z
      .strictObject({
        file: z.string().min(1),
        column: z.string().min(1),
        every: durationSchema.default('1s'),
        once: z.boolean().default(false),
      })
      .optional(),
  })
  .refine(
    (value) => Object.values(value).filter((each) => each !== undefined).length === 1,
    'must be exactly one of constant, ramp, sine, square, random_walk, counter, list, csv',
  );

export const valueSchema = z.union([scalar, z.array(scalar).min(1), movingSchema]);
export type ValueOfFile = z.infer<typeof valueSchema>;
