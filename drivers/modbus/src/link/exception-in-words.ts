import type { Text } from '@holdfast/texts/text.ts';
import { modbusText } from '../texts.ts';

/** The exception codes of the Modbus Application Protocol Specification V1.1b3, section 7. */
const exceptionTexts = {
  1: 'exception_illegal_function',
  2: 'exception_illegal_address',
  3: 'exception_illegal_value',
  4: 'exception_device_failure',
  5: 'exception_acknowledge',
  6: 'exception_busy',
  8: 'exception_parity_error',
  10: 'exception_gateway_path',
  11: 'exception_gateway_target',
} as const;

/** "exception 2: illegal data address" */
export function exceptionInWords(code: number): Text {
  const text = exceptionTexts[code as keyof typeof exceptionTexts] ?? 'exception_unknown';
  return modbusText(text, { code });
}
