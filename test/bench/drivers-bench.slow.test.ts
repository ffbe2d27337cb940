import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

it('the drivers benchmark reads every value with each driver, and ends with one line of JSON', async () => {
  const folder = await temporaryFolder('bench');
  // biome-ignore lint/style/noProcessEnv: where it may write
  const env = { ...process.env, TMPDIR: folder };
  const flags = ['--devices', '2', '--values', '300', '--reads', '5', '--rounds', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'drivers', '--json', ...flags], {
    env,
  });
  expect(await readdir(folder)).toEqual([]);
  const { bench, figures, limit } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(bench).toBe('drivers');
  expect(figures).toMatchObject({ devices: 2, values: 300, reads_of_a_round: 5 });
  const measured = ['melsec', 'modbus_tcp', ...(mosquittoIsInstalled() ? ['mqtt_qos0', 'mqtt_qos1'] : [])];
  for (const name of measured) {
    expect(figures[`${name}_values_per_second`]).toBeGreaterThan(0);
    expect(figures[`${name}_cpu_ns_per_value`]).toBeGreaterThan(0);
    expect(limit[`${name}_bare_socket_values_per_second`]).toBeGreaterThan(0);
    expect(limit[`${name}_bare_socket_cpu_ns_per_value`]).toBeGreaterThan(0);
  }
}, 300_000);
