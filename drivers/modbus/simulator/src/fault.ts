import type { ModbusProtocol } from '@holdfast/driver-modbus/layout/connection.ts';
import {
  answerFaults,
  commonFaultDescriptions,
  connectionFaults,
  when,
  whenProblem,
} from '@holdfast/plant/faults/common-faults.ts';
import type { FaultDescription } from '@holdfast/plant/simulator.ts';
import * as z from 'zod';

const byte = z.int().min(0).max(255);

/** The faults that a device may have; docs/simulator.md says what each of them does. */
export const faultSchema = z.discriminatedUnion('kind', [
  ...answerFaults,
  z.strictObject({ kind: z.literal('exception'), code: z.int().min(1).max(255), ...when }),
  z.strictObject({
    kind: z.literal('busy'),
    code: z.union([z.literal(5), z.literal(6)]).optional(),
    ...when,
  }),
  z.strictObject({ kind: z.literal('wrong_unit'), unit_id: byte.optional(), ...when }),
  z.strictObject({ kind: z.literal('wrong_transaction'), ...when }),
  z.strictObject({ kind: z.literal('wrong_length'), bytes: z.int().min(-250).max(250).optional(), ...when }),
  ...connectionFaults,
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

export const faultDescriptions: Readonly<Record<FaultKind, FaultDescription>> = {
  ...commonFaultDescriptions,
  exception: { example: '{"kind":"exception","code":4}', does: 'answers with this exception code' },
  busy: { example: '{"kind":"busy","code":6}', does: 'answers that it is busy: exception 6, or 5' },
  wrong_unit: {
    example: '{"kind":"wrong_unit","unit_id":99}',
    does: 'answers under another unit id; the next one unless given',
  },
  wrong_transaction: {
    example: '{"kind":"wrong_transaction"}',
    does: 'answers under the next transaction id; Modbus TCP only',
  },
  wrong_length: {
    example: '{"kind":"wrong_length","bytes":-2}',
    does: 'answers with so many bytes more or less than asked for, in a frame that is right in itself',
  },
  crc_error: { example: '{"kind":"crc_error"}', does: 'answers with a wrong check sum; RTU only' },
  noise: {
    example: '{"kind":"noise","before":3,"after":2}',
    does: 'answers with so many random bytes around; RTU only',
  },
  echo: { example: '{"kind":"echo"}', does: 'sends the request back in front of its answer; RTU only' },
};

const needsMbap: readonly FaultKind[] = ['wrong_transaction'];
const needsRtu: readonly FaultKind[] = ['crc_error', 'noise', 'echo'];
const needsConnections: readonly FaultKind[] = [
  'reset',
  'half_open',
  'refuse_connections',
  'single_connection',
];

/** Why a device of this protocol cannot have the fault, or undefined if it can. */
export function faultProblem(fault: Fault, protocol: ModbusProtocol): string | undefined {
  const { kind } = fault;
  if (needsMbap.includes(kind) && protocol !== 'modbus_tcp')
    return `${kind} needs Modbus TCP: RTU has no such field`;
  if (needsRtu.includes(kind) && protocol === 'modbus_tcp')
    return `${kind} needs RTU framing: modbus_rtu or modbus_rtu_over_tcp`;
  if (needsConnections.includes(kind) && protocol === 'modbus_rtu') {
    return `${kind} needs connections: a serial line has none`;
  }
  return whenProblem(fault);
}
