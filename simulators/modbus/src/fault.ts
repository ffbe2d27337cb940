import * as z from 'zod';

/**
 * What is wrong with a device. `silence`: it takes requests and never answers. `slow`: it answers after `delay_ms`.
 * `exception`: it answers every request with this code. `reset`: the TCP connection is reset at each request.
 * `garbage`: it answers with bytes that are no Modbus.
 */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('silence') }),
  z.strictObject({ kind: z.literal('slow'), delay_ms: z.int().min(0).max(600_000) }),
  z.strictObject({ kind: z.literal('exception'), code: z.int().min(1).max(255) }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('garbage') }),
]);
export type Fault = z.infer<typeof faultSchema>;
