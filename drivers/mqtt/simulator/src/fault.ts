import { commonFaultDescriptions, connectionFaults, when } from '@holdfast/plant/faults/common-faults.ts';
import type { FaultDescription } from '@holdfast/plant/simulator.ts';
import * as z from 'zod';

/** The faults of a device that publishes, and of its broker. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('silence'), ...when }),
  z.strictObject({ kind: z.literal('garbage'), ...when }),
  ...connectionFaults,
]);
export type Fault = z.infer<typeof faultSchema>;

const { reset, half_open, refuse_connections, single_connection } = commonFaultDescriptions;

export const faultDescriptions: Readonly<Record<string, FaultDescription>> = {
  silence: { example: '{"kind":"silence"}', does: 'publishes nothing' },
  garbage: { example: '{"kind":"garbage"}', does: 'publishes what is neither JSON nor a number' },
  reset: { ...reset, does: 'resets the connection at each packet of a client' },
  half_open,
  refuse_connections,
  single_connection,
};
