/** Names that only a driver of Modbus may have to know. */
const names = /unitId|unit_id|functionCode|RegisterTable|holding_register|input_register|discrete_input/;

/** Files that know no protocol: services and what they share, tests and what is for tests aside. */
export function isProtocolFree(file: string): boolean {
  const isSource = /^(services\/[^/]+\/src|packages\/shared\/src)\/.*\.tsx?$/.test(file);
  return isSource && !/\.(test|contract)\.tsx?$|testing/.test(file);
}

/** Finds names of one protocol. @returns the numbers of their lines, from 1 on */
export function protocolNames(source: string): number[] {
  return source.split('\n').flatMap((line, at) => (names.test(line) ? [at + 1] : []));
}
