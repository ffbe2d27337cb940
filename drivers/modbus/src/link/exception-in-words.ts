/** The exception codes of the Modbus Application Protocol Specification V1.1b3, section 7. */
const exceptionNames: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

/** "exception 2: illegal data address" */
export function exceptionInWords(code: number): string {
  return `exception ${code}: ${exceptionNames[code] ?? 'not in the specification'}`;
}
