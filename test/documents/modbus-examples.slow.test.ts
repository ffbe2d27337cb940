import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { deviceProfileSchema } from '@holdfast/driver-modbus/layout/connection.ts';
import { placeSchema } from '@holdfast/driver-modbus/layout/place.ts';
import { byteOrders } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { encodePoint } from '@holdfast/driver-modbus/values/encode.ts';
import { dataTypes, pointConfigSchema } from '@holdfast/shared/contracts/device.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, inject, it } from 'vitest';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { untilReady } from '../support/over-rest.ts';
import { restClient } from '../support/rest-client.ts';
import { startService } from '../support/service-processes.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { startShell } from './documented-stack.ts';
import { fencedCommands } from './fenced-commands.ts';

const page = readFile(join(import.meta.dirname, '..', '..', 'docs', 'modbus.md'), 'utf8');

describe.skipIf(inject('installedServers').curl === null)('the Modbus reference', () => {
  it('has examples that can be pasted, and whose task starts', async () => {
    const nats = await natsForTest();
    const port = await freePort();
    await startService('api', {
      NATS_URL: nats.url,
      DATABASE_URL: await freshDatabase(),
      API_PORT: String(port),
    });
    const api = `http://127.0.0.1:${port}`;
    const rest = restClient(api);
    await untilReady(rest);
    const shell = startShell();
    for (const command of wholeCommands(await page)) {
      await shell.run(
        command
          .replaceAll('http://127.0.0.1:8000', api)
          .replaceAll('curl -s ', 'curl -sS --fail-with-body --max-time 20 '),
      );
    }
    const started = await rest.create('/api/acquisition/sessions/start-task/', { task_id: 1 });
    const { nc } = await sessionLogForTest(nats.url);
    const config = await (await TaskConfigStore.open(nc)).load('1', started.config_version);
    if (!config.ok) throw new Error(inLanguage(config.problem, 'en'));
    const { devices } = config.config;
    expect(devices.map(({ code, points }) => [code, points.length])).toEqual([
      ['sdm630', 6],
      ['iem3155', 5],
      ['b23', 6],
      ['logo', 5],
    ]);
    const logo = devices[3];
    expect(logo?.points.map((point) => point.address)).toMatchObject([
      { table: 'discrete_input', address: 0 },
      { table: 'coil', address: 8_192 },
      { table: 'input_register', address: 0 },
      { table: 'holding_register', address: 0 },
      { table: 'holding_register', address: 1 },
    ]);
  });

  it('names every type, every option of a point and every part of a profile', async () => {
    const text = await page;
    for (const name of [
      ...dataTypes,
      ...Object.keys({ ...pointConfigSchema.shape, ...placeSchema.shape }).filter(
        (field) => !['code', 'name'].includes(field),
      ),
      ...Object.keys(deviceProfileSchema.shape),
    ]) {
      expect(text, name).toMatch(new RegExp(`[\`"]${name}[\`"]`));
    }
  });

  it('shows byte orders as they are', async () => {
    const hex = (registers: readonly (number | boolean)[]) =>
      registers.map((word) => Number(word).toString(16).toUpperCase().padStart(4, '0').replace(/^../, '$& '));
    const text = await page;
    for (const byte_order of byteOrders) {
      const layout = { table: 'holding_register', scale: 1, offset: 0, byte_order } as const;
      const cells = new RegExp(`^ ${byte_order} {3}(.*)$`, 'm').exec(text)?.[1]?.split(/ {2,}/).slice(0, 6);
      expect(cells, byte_order).toEqual([
        ...hex(encodePoint({ ...layout, data_type: 'uint32' }, 0x12345678)),
        ...hex(encodePoint({ ...layout, data_type: 'uint64' }, '81985529216486895')),
      ]);
    }
  });
});

/** A command may span several lines while a quotation is open. */
function wholeCommands(markdown: string): string[] {
  const commands: string[] = [];
  for (const line of fencedCommands(markdown)) {
    const last = commands.at(-1);
    const isOpen = last !== undefined && (last.match(/'/g)?.length ?? 0) % 2 === 1;
    if (isOpen) commands[commands.length - 1] = `${last}\n${line}`;
    else commands.push(line);
  }
  return commands;
}
