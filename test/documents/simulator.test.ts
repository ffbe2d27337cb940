import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoDeviceCodes, demoPlant } from '@holdfast/modbus-simulator/demo-plant.ts';
import { faultSchema } from '@holdfast/modbus-simulator/fault.ts';
import { expect, it } from 'vitest';
import { codesIn, tableRows } from './markdown-tables.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'simulator.md');

it('docs/simulator.md has every machine with its unit id, and every fault in a form that is taken', async () => {
  const rows = tableRows(await readFile(page, 'utf8')).map(({ cells }) => cells);

  const machines = rows.filter(([first = '']) => demoDeviceCodes.includes(codesIn(first)[0] ?? ''));
  expect(machines.map(([device = '', , , unitId]) => [codesIn(device)[0], Number(unitId)])).toEqual(
    demoPlant().devices.map(({ code, unitId }) => [code, unitId]),
  );

  const faults = rows.flatMap(([first = '']) => codesIn(first).filter((code) => code.startsWith('{')));
  const kinds = faults.map((fault) => faultSchema.parse(JSON.parse(fault)).kind);
  expect(kinds.sort()).toEqual(faultSchema.options.map(({ shape }) => shape.kind.value).sort());
});
