import type { Frame } from '@holdfast/driver-melsec/layout/connection.ts';
import {
  answerFaults,
  commonFaultDescriptions,
  connectionFaults,
  when,
  whenProblem,
} from '@holdfast/plant/faults/common-faults.ts';
import type { FaultDescription } from '@holdfast/plant/simulator.ts';
import * as z from 'zod';

/** The faults of a PLC. */
export const faultSchema = z.discriminatedUnion('kind', [
  ...answerFaults,
  z.strictObject({
    kind: z.literal('end_code'),
    code: z
      .string("must be an end code in hexadecimal digits, as a text: 'C059'")
      .regex(/^[0-9A-Fa-f]{1,4}$/, 'must be an end code in hexadecimal digits: C059'),
    ...when,
  }),
  z.strictObject({ kind: z.literal('busy'), ...when }),
  z.strictObject({ kind: z.literal('wrong_serial'), ...when }),
  z.strictObject({ kind: z.literal('wrong_station'), ...when }),
  z.strictObject({ kind: z.literal('wrong_length'), bytes: z.int().min(-250).max(250).optional(), ...when }),
  ...connectionFaults,
]);
export type Fault = z.infer<typeof faultSchema>;

export const faultDescriptions: Readonly<Record<Fault['kind'], FaultDescription>> = {
  ...commonFaultDescriptions,
  end_code: {
    example: '{"kind":"end_code","code":"C059"}',
    does: 'refuses every request with this end code',
  },
  busy: { example: '{"kind":"busy"}', does: 'refuses with end code CEE0; with 60 in frames 1E' },
  wrong_serial: {
    example: '{"kind":"wrong_serial"}',
    does: 'answers under the next serial number; frames 4E only',
  },
  wrong_station: {
    example: '{"kind":"wrong_station"}',
    does: 'answers as another station; not in frames 1E, which name none',
  },
  wrong_length: {
    example: '{"kind":"wrong_length","bytes":-2}',
    does: 'answers with so many bytes more or less than asked for, in a frame that is right in itself',
  },
};

/** Why a PLC that speaks these frames cannot have the fault, or undefined if it can. */
export function faultProblem(fault: Fault, frame: Frame): string | undefined {
  if (fault.kind === 'wrong_serial' && frame !== '4E')
    return `wrong_serial needs frames 4E: ${frame} have no serial number`;
  if (fault.kind === 'wrong_station' && frame === '1E')
    return 'wrong_station needs frames 3E or 4E: answers of 1E name no station';
  if (fault.kind === 'end_code' && frame === '1E' && Number.parseInt(fault.code, 16) > 0xff)
    return `end codes of frames 1E have two digits: ${fault.code} is none`;
  return whenProblem(fault);
}
