import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PointValue } from '@holdfast/shared/contracts/sample.ts';
import { deviceConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeBlock } from '../../polling/decode-block.ts';
import { planReads } from '../../polling/read-plan.ts';
import { ReadFailure } from '../../ports.ts';
import { openDeviceBus } from './open-device-bus.ts';

const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('../../../../../test/foreign/modbus-device.py', import.meta.url));

const hasPymodbus = spawnSync(python, ['-c', 'import pymodbus.server']).status === 0;
// biome-ignore lint/style/noProcessEnv: on a build server a missing pymodbus must not pass for a passed test
const mustRun = Boolean(process.env.CI);
if (!hasPymodbus && !mustRun) {
  process.stderr.write(
    "Skipped: reading a pymodbus device needs Debian's python3-pymodbus, which is not here.\n",
  );
}

const announcementSchema = z.object({
  port: z.int(),
  unit_id: z.int(),
  points: z.array(z.looseObject({ code: z.string(), value: z.union([z.number(), z.boolean()]) })),
});

describe.skipIf(!hasPymodbus && !mustRun)('a device that runs pymodbus', () => {
  let child: ChildProcess;
  let announced: z.infer<typeof announcementSchema>;

  beforeAll(async () => {
    child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaints = '';
    child.stderr?.on('data', (text) => {
      complaints += text;
    });
    if (!child.stdout) throw new Error('the child has no output');
    const lines = createInterface({ input: child.stdout });
    const line = await Promise.race([
      once(lines, 'line').then(([text]: unknown[]) => String(text)),
      once(child, 'exit').then(() => {
        throw new Error(`the pymodbus device did not start; is python3-pymodbus installed?\n${complaints}`);
      }),
    ]);
    announced = announcementSchema.parse(JSON.parse(line));
  });

  afterAll(async () => {
    if (!child || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  });

  function configured(limits: { max_registers?: number; max_bits?: number } = {}) {
    return deviceConfigSchema.parse({
      id: 'foreign',
      code: 'foreign',
      protocol: 'modbus_tcp',
      host: '127.0.0.1',
      port: announced.port,
      unit_id: announced.unit_id,
      points: announced.points,
      ...limits,
    });
  }

  it.each([
    ['in the largest reads that the specification allows', {}],
    ['in small reads, over several connections', { max_registers: 2, max_bits: 16 }],
  ])('gives the numbers that it says it holds, %s', async (_how, limits) => {
    const device = configured(limits);
    const bus = openDeviceBus({ kind: 'tcp', framing: 'mbap', host: device.host, port: device.port });
    try {
      const values: Record<string, PointValue> = {};
      for (const block of planReads(device)) {
        const raw = await bus.read({ unitId: device.unit_id, timeoutMs: 5000, ...block });
        const decoded = decodeBlock(block, raw);
        expect(decoded.problems).toEqual({});
        Object.assign(values, decoded.values);
      }
      expect(values).toEqual(Object.fromEntries(announced.points.map(({ code, value }) => [code, value])));
    } finally {
      bus.disconnect();
    }
  });

  it('answers a register that it does not have with exception 2, and the next read is served', async () => {
    const device = configured();
    const bus = openDeviceBus({ kind: 'tcp', framing: 'mbap', host: device.host, port: device.port });
    const read = (address: number) =>
      bus.read({
        unitId: device.unit_id,
        table: 'holding_register',
        address,
        quantity: 1,
        timeoutMs: 5000,
      });
    try {
      const failure = await read(60_000).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ReadFailure);
      expect(failure).toMatchObject({
        missCause: 'exception',
        exceptionCode: 2,
        message: 'exception 2: illegal data address',
      });
      expect(await read(1)).toEqual({ kind: 'registers', values: [1] });
    } finally {
      bus.disconnect();
    }
  });
});
