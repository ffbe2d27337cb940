import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../bench/src/main.ts');
const gcc = findProgram('gcc');
if (gcc === undefined)
  process.stderr.write('Skipped: the modbus-clients benchmark needs gcc, which is not here.\n');

it.skipIf(gcc === undefined)(
  'the modbus-clients benchmark reads right values with each client and ends with one line of JSON',
  async () => {
    const flags = ['--connections', '4', '--reads', '400', '--rounds', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'modbus-clients',
      '--json',
      ...flags,
    ]);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      bench: 'modbus-clients',
      ratio: expect.any(Number),
      figures: { reads_per_second: expect.any(Number), connections: 4 },
      limit: {
        bare_socket_reads_per_second: expect.any(Number),
        modbus_serial_reads_per_second: expect.any(Number),
      },
    });
  },
);
