import { expect, it } from 'vitest';
import { mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { runBench } from './run-bench.ts';

it('the drivers benchmark reads every value with each driver, and ends with one line of JSON', async () => {
  const { figures, limit } = await runBench('drivers', '--devices 2 --values 300 --reads 5 --rounds 1');
  expect(figures).toMatchObject({ devices: 2, values: 300, reads_of_a_round: 5 });
  const measured = ['melsec', 'modbus_tcp', ...(mosquittoIsInstalled() ? ['mqtt_qos0', 'mqtt_qos1'] : [])];
  for (const name of measured) {
    expect(figures[`${name}_values_per_second`]).toBeGreaterThan(0);
    expect(figures[`${name}_cpu_ns_per_value`]).toBeGreaterThan(0);
    expect(limit[`${name}_bare_socket_values_per_second`]).toBeGreaterThan(0);
    expect(limit[`${name}_bare_socket_cpu_ns_per_value`]).toBeGreaterThan(0);
  }
}, 300_000);
