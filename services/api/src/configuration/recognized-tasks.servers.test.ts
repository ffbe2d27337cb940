import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { CompiledQuery } from 'kysely';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { apiDatabase } from '../../testing/api-database.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import type { TaskConfigs } from '../ports.ts';
import { ConfigVersions } from './config-versions.ts';

let database: Database;
const taskConfigs = { put: async () => 'stored', has: async () => true } as unknown as TaskConfigs;
const run = (statement: string) => database.executeQuery(CompiledQuery.raw(statement));
const tasks = [1, 2, 3];

beforeAll(async () => {
  const log = createLogger('test', 'silent');
  database = openDatabase({ url: await apiDatabase(), maxConnections: 2, log });
  cleanUpAfterFile(() => database.destroy());
  await run(`insert into devices (code, name, protocol, mode, timeout_ms, connection, enabled)
    select '压机-' || n, '', 'modbus_tcp', 'polled', 1000,
      jsonb_build_object('host', '10.0.0.' || n, 'port', 502, 'unit_id', 1, 'max_registers', 125, 'max_bits', 2000), true
    from generate_series(1, 3) as n`);
  await run(`insert into points (device_id, code, name, address, data_type, scale, "offset", unit, enabled)
    select id, 'zone', '温度', '{"table": "holding_register", "address": 0, "byte_order": "ABCD"}', 'uint16', 1, 0, '℃', true
    from devices`);
  await run(
    `insert into tasks (code, name, period_ms, enabled) select 'line-' || n, '', 1000, true from generate_series(1, 3) as n`,
  );
  await run(`insert into task_devices (task_id, device_id) select id, id from devices`);
  for (const id of tasks) await new ConfigVersions(database).ensure(taskConfigs, id);
});

/** Compares as a process that was just started. @returns also which tasks it read */
async function compare() {
  const queries = vi.spyOn(database, 'executeQuery');
  const hashes = await new ConfigVersions(database).comparedHashes(tasks);
  const read = queries.mock.calls.flatMap(([query]) => {
    const { sql, parameters } = query as CompiledQuery;
    return sql.includes('prepared read_configured_tasks') ? (parameters[0] as number[]) : [];
  });
  queries.mockRestore();
  return { hashes, read };
}

describe('what tasks are configured to', () => {
  it('is read and compared once, and recognized by whoever asks after a start', async () => {
    const first = await compare();
    expect(first.read).toEqual(tasks);
    expect(await compare()).toEqual({ hashes: first.hashes, read: [] });
  });

  it('is read again where it has changed, and recognized once it is as before', async () => {
    const { hashes: before } = await compare();
    await run('update points set scale = 2 where device_id = 2');
    const { hashes, read } = await compare();
    expect(read).toEqual([2]);
    expect(tasks.filter((id) => hashes.get(id) !== before.get(id))).toEqual([2]);
    // No version has this content.
    expect((await compare()).read).toEqual([2]);
    await run('update points set scale = 1 where device_id = 2');
    expect(await compare()).toEqual({ hashes: before, read: [] });
  });

  it('is recognized in other words that make the same content', async () => {
    const { hashes } = await compare();
    await run(`update tasks set max_duration = '{"hard_seconds": 60}' where id = 3`);
    expect(await compare()).toEqual({ hashes, read: [3] });
    expect(await compare()).toEqual({ hashes, read: [] });
  });

  it('is not known of a task that could not be started', async () => {
    await run('update tasks set enabled = false where id = 1');
    const { hashes, read } = await compare();
    expect([hashes.get(1), read]).toEqual([undefined, [1]]);
  });
});
