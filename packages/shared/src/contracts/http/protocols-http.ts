import * as z from 'zod';

const inBoth = z.object({ en: z.string(), zh: z.string() });
const jsonSchema = z
  .record(z.string(), z.unknown())
  .describe('JSON Schema, draft 2020-12, with words for forms in `x-…`');

/** How an address may be written. The pattern's group is a number in this radix, counted from `first` on. */
const addressNotationSchema = z.object({
  pattern: z.string(),
  radix: z.int(),
  first: z.int(),
  /** Fields of the point that the notation sets. */
  sets: z.record(z.string(), z.string()),
});
export type AddressNotation = z.infer<typeof addressNotationSchema>;

const protocolFormsSchema = z.object({
  /** As a device names it. */
  protocol: z.string(),
  label: inBoth,
  help: inBoth,
  /** `polled`: asked every period; `subscribed`: reports by itself. */
  modes: z.array(z.enum(['polled', 'subscribed'])),
  can: z.object({ browse: z.boolean(), write: z.boolean(), source_time: z.boolean() }),
  /** The body of `POST /api/config/devices/`. */
  device: jsonSchema,
  /** The body of `POST /api/config/points/`, without `device_id`. */
  point: jsonSchema,
  /** The first that fits counts. */
  notations: z.array(addressNotationSchema),
  /**
   * Advice for whoever gets no value: from a device that is tried, at a place that was typed, and on refusals, by their
   * codes.
   */
  advice: z.object({ silent: inBoth, no_value: inBoth, refusals: z.record(z.string(), inBoth) }),
  /** The parts that frames are taken apart into, by their names. */
  frame_parts: z.record(z.string(), inBoth),
  /** A point that shows whether a device answers, also by refusing it. */
  probe: z.record(z.string(), z.unknown()),
});
export type ProtocolForms = z.infer<typeof protocolFormsSchema>;

export const protocolsSchema = z.object({ results: z.array(protocolFormsSchema) });
export type Protocols = z.infer<typeof protocolsSchema>;
