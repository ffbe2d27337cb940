import { expect, it } from 'vitest';
import { isProtocolFree, protocolNames } from './protocol-names.ts';

it('names of a protocol are found where no code should know one', () => {
  expect(protocolNames("const a = 1;\nconst { unit_id } = device;\nreturn 'holding_register';")).toEqual([
    2, 3,
  ]);
  expect(protocolNames("table === 'input_register' ||\ntable === 'discrete_input'")).toEqual([1, 2]);
  expect(protocolNames('const { unit } = spec.pace(connection);')).toEqual([]);
  expect(isProtocolFree('services/api/src/devices/task-plan.ts')).toBe(true);
  expect(isProtocolFree('packages/shared/src/contracts/device.ts')).toBe(true);
  expect(isProtocolFree('services/console/src/devices/detail/points.tsx')).toBe(true);
  for (const file of [
    'drivers/modbus/src/plan/plan-reads.ts',
    'services/api/src/devices/task-plan.test.ts',
    'services/collector/src/polling/testing/scripted-bus.ts',
  ]) {
    expect(isProtocolFree(file), file).toBe(false);
  }
});
