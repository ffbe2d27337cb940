import { expect, it } from 'vitest';
import { hasGcc, runBench } from './run-bench.ts';

it.runIf(hasGcc('the modbus-clients benchmark'))(
  'the modbus-clients benchmark reads right values with each client and ends with one line of JSON',
  async () => {
    expect(await runBench('modbus-clients', '--connections 4 --reads 400 --rounds 1')).toMatchObject({
      ratio: expect.any(Number),
      figures: { reads_per_second: expect.any(Number), connections: 4 },
      limit: {
        bare_socket_reads_per_second: expect.any(Number),
        modbus_serial_reads_per_second: expect.any(Number),
      },
    });
  },
);
