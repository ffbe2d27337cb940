import * as z from 'zod';
import { durationSchema } from './duration.ts';

/** When a fault acts; from when it is set until it is cleared unless said otherwise. */
const when = {
  /** Begins so long after the plant started, or after the fault was set through the control API. */
  at: durationSchema.optional(),
  /** Ends so long after it began. */
  for: durationSchema.optional(),
  /** Begins again and again at this distance; needs `for`. */
  every: durationSchema.optional(),
  /** Share of the requests that it hits, 0…1. */
  probability: z.number().min(0).max(1).optional(),
};

const delayMs = z.int().min(0).max(600_000);
const byte = z.int().min(0).max(255);

/** The faults that a device may have, in the order of docs/simulator.md, which says what each of them does. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('silence'), ...when }),
  z.strictObject({ kind: z.literal('slow'), delay_ms: delayMs, jitter_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('exception'), code: z.int().min(1).max(255), ...when }),
  z.strictObject({
    kind: z.literal('busy'),
    code: z.union([z.literal(5), z.literal(6)]).optional(),
    ...when,
  }),
  z.strictObject({ kind: z.literal('late_reply'), delay_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('doubled'), delay_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('wrong_unit'), unit_id: byte.optional(), ...when }),
  z.strictObject({ kind: z.literal('wrong_transaction'), ...when }),
  z.strictObject({ kind: z.literal('wrong_length'), bytes: z.int().min(-250).max(250).optional(), ...when }),
  z.strictObject({ kind: z.literal('garbage'), ...when }),
  z.strictObject({ kind: z.literal('truncated'), bytes: z.int().min(1).max(256).optional(), ...when }),
  z.strictObject({ kind: z.literal('reset'), ...when }),
  z.strictObject({ kind: z.literal('half_open'), ...when }),
  z.strictObject({ kind: z.literal('refuse_connections'), ...when }),
  z.strictObject({
    kind: z.literal('single_connection'),
    others: z.enum(['close', 'ignore', 'replace']).optional(),
    ...when,
  }),
  z.strictObject({ kind: z.literal('crc_error'), ...when }),
  z.strictObject({
    kind: z.literal('noise'),
    before: z.int().min(0).max(256).optional(),
    after: z.int().min(0).max(256).optional(),
    ...when,
  }),
  z.strictObject({ kind: z.literal('echo'), ...when }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

export const transports = ['tcp', 'rtu_over_tcp', 'serial'] as const;
export type Transport = (typeof transports)[number];

const needsMbap: readonly FaultKind[] = ['wrong_transaction'];
const needsRtu: readonly FaultKind[] = ['crc_error', 'noise', 'echo'];
const needsConnections: readonly FaultKind[] = [
  'reset',
  'half_open',
  'refuse_connections',
  'single_connection',
];
/** They act on connections, not on requests: of the whole endpoint, whichever of its devices they are set on. */
const ofTheListener: readonly FaultKind[] = ['refuse_connections', 'single_connection'];

export function actsOnListener({ kind }: Fault): boolean {
  return ofTheListener.includes(kind);
}

/** Why a device behind this transport cannot have the fault; undefined when it can. */
export function faultProblem(fault: Fault, transport: Transport): string | undefined {
  const { kind } = fault;
  if (needsMbap.includes(kind) && transport !== 'tcp')
    return `${kind} needs Modbus TCP: RTU has no such field`;
  if (needsRtu.includes(kind) && transport === 'tcp')
    return `${kind} needs RTU framing: serial or rtu_over_tcp`;
  if (needsConnections.includes(kind) && transport === 'serial') {
    return `${kind} needs connections: a serial line has none`;
  }
  if (fault.every !== undefined && fault.for === undefined)
    return 'every needs for: how long it acts each time';
  if (fault.probability !== undefined && actsOnListener(fault)) {
    return `${kind} takes no probability: it acts on connections, not on requests`;
  }
  return undefined;
}
