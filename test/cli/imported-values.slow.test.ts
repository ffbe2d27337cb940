import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { expect, it } from 'vitest';
import { gb18030 } from '../../services/api/src/spreadsheets/write/gb18030.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { longLease } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

const presses = [1, 2, 3];
const floats = Array.from({ length: 38 }, (_, index) => index);
const bits = 0b1000;
const strokes = -250;
/** Exact in 32 bits. */
const temperature = (press: number, index: number) => 100 * press + index + 0.5;

/** Floats from register 0 on with the low word first, and behind them a counter and bits. */
function registersOf(press: number): ReadonlyMap<number, number> {
  const bytes = Buffer.alloc(4);
  const words = floats.flatMap((index) => {
    bytes.writeFloatBE(temperature(press, index));
    return [bytes.readUInt16BE(2), bytes.readUInt16BE(0)];
  });
  return new Map([...words, strokes & 0xffff, bits].map((word, address) => [address, word]));
}

const codeOf = (press: number) => `压机-${press}`;

/** A list as an engineer of the plant keeps it: in GBK, a title above, Chinese headers, classic addresses. */
function listOf(portOf: (press: number) => number | undefined): string {
  const rows = presses.flatMap((press) => {
    const place = [codeOf(press), '127.0.0.1', portOf(press), 1];
    return [
      ...floats.map((index) => [
        ...[...place, `温度${index}`, `${index} 号温区`, 40_001 + 2 * index],
        ...['浮点数', 'CDAB', 0.5, '℃', '压机采集'],
      ]),
      [...place, '行程', '行程', 40_077, 'INT', '', '', 'mm', '压机采集'],
      [...place, '运行', '运行中', '40078.3', 'BOOL', '', '', '', '压机采集'],
    ];
  });
  const head = '设备,IP地址,端口,站号,变量名,描述,寄存器地址,数据类型,字节序,系数,单位,任务';
  return ['三号车间点位表', head, ...rows.map((row) => row.join(',')), ''].join('\r\n');
}

function expectedOf(press: number): Record<string, number | boolean> {
  const expectedValues = floats.map((index) => [`温度${index}`, temperature(press, index) / 2] as const);
  return { ...Object.fromEntries(expectedValues), 行程: strokes, 运行: true };
}

it('a list of 120 points of a plant in GBK gives the right values as the guide has it, with no question', async () => {
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: presses.map((press) => ({
        code: codeOf(press),
        unitId: 1,
        tables: { holding_register: registersOf(press) },
      })),
    },
  });
  cleanUpAfterFile(() => plant.stop());
  const { rest } = await servicesForTest({
    ...{ natsUrl: (await natsForTest()).url, lease: longLease, settings: { writer: false } },
  });
  const cli = cliForTest({ HOLDFAST_URL: rest.url });
  const list = join(await temporaryFolder('list'), 'list.csv');
  await writeFile(
    list,
    gb18030(listOf((press) => plant.endpoints.find(({ device }) => device === codeOf(press))?.port)),
  );

  const dry = await cli.run('points', 'import', list, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('GB18030') });
  expect(dry.stderr).not.toContain('Not taken');
  const applied = await cli.run('points', 'import', list);
  expect(applied.code).toBe(0);
  expect(JSON.parse(applied.stdout)).toMatchObject({
    counts: { new: 120, fault: 0 },
    questions: [],
    result: { created: 120, devices: presses.map(codeOf), tasks: ['压机采集'] },
  });
  for (const press of presses) expect(await readOnce(cli, codeOf(press))).toEqual(expectedOf(press));

  expect((await cli.run('sessions', 'start', '压机采集')).code).toBe(0);
  for (const press of presses) {
    const rows = await eventually(
      async () => {
        const { stdout } = await cli.run('points', 'values', codeOf(press));
        const values = JSON.parse(stdout) as { point_code: string; value: unknown; quality: string }[];
        return values.length === 40 && values.every(({ quality }) => quality === 'good') && values;
      },
      { what: `all values of ${codeOf(press)} in its session` },
    );
    const values = Object.fromEntries(rows.map(({ point_code, value }) => [point_code, value]));
    expect(values).toEqual(expectedOf(press));
  }
});

/** Reads a device once; a collector may still be on its way. */
async function readOnce(cli: CliForTest, device: string): Promise<Record<string, unknown>> {
  const tested = await eventually(
    async () => {
      const { code, stdout } = await cli.run('devices', 'test', device);
      return code === 0 && JSON.parse(stdout);
    },
    { what: `${device} to be read` },
  );
  return Object.fromEntries(
    (tested.points as { code: string; value: unknown }[]).map(({ code, value }) => [code, value]),
  );
}
