/** Names that only a Modbus driver may know. */
const names = /unitId|unit_id|functionCode|RegisterTable|holding_register|input_register|discrete_input/;

/** Whether a file must know no protocol: services and shared packages, except tests and files for tests. */
export function isProtocolFree(file: string): boolean {
  const isSource = /^(services\/[^/]+\/src|packages\/shared\/src)\/.*\.tsx?$/.test(file);
  return isSource && !/\.(test|contract)\.tsx?$|testing/.test(file);
}

/** Finds names of Modbus. @returns the numbers of their lines, from 1 on */
export function protocolNames(source: string): number[] {
  return source.split('\n').flatMap((line, at) => (names.test(line) ? [at + 1] : []));
}
