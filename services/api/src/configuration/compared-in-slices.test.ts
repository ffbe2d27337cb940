import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { expect, it } from 'vitest';
import type { Tables } from '../database/tables.ts';
import { ConfigVersions } from './config-versions.ts';

const points = Array.from({ length: 200 }, (_, address) => ({
  ...{
    id: address + 1,
    code: `zone-${address}`,
    name: '',
    data_type: 'uint16',
    scale: 1,
    offset: 0,
    unit: '',
  },
  ...{ address: { table: 'holding_register', address, byte_order: 'ABCD' }, enabled: true, writable: false },
}));

function rowOf(id: number) {
  const connection = { host: '10.0.0.1', port: 502, unit_id: 1, max_registers: 125, max_bits: 2_000 };
  const device = {
    ...{
      id,
      code: `press-${id}`,
      name: '',
      protocol: 'modbus_tcp',
      mode: 'polled',
      timeout_ms: 1_000,
      connection,
    },
    ...{ measurement: null, enabled: true },
  };
  const task = {
    id,
    code: `line-${id}`,
    name: '',
    enabled: true,
    period_ms: 1_000,
    required_labels: {},
    max_duration: null,
  };
  return {
    ...{ id, version: null, hash: null, chosen: '[]' },
    ...{ task: JSON.stringify(task), devices: JSON.stringify([{ device, site_code: null, points }]) },
  };
}

/** A database that answers at once, so that only the comparing itself can yield to other work. */
function databaseAtOnce(answer: (sql: string, parameters: readonly unknown[]) => object[]) {
  const connection = {
    executeQuery: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) =>
      ({ rows: answer(sql, parameters) }) as QueryResult<Row>,
    streamQuery: () => {
      throw new Error('nothing is streamed here');
    },
  };
  const nothing = async () => undefined;
  const driver: Driver = {
    acquireConnection: async () => connection,
    ...{ init: nothing, beginTransaction: nothing, commitTransaction: nothing, rollbackTransaction: nothing },
    ...{ releaseConnection: nothing, destroy: nothing },
  };
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (each) => new PostgresIntrospector(each),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

it('Whoever compares what tasks are configured to lets others have their turn meanwhile', async () => {
  const database = databaseAtOnce((sql, [ids]) =>
    sql.includes('prepared read_configured_tasks') ? (ids as number[]).map(rowOf) : [],
  );
  const tasks = Array.from({ length: 50 }, (_, index) => index + 1);
  let isOver = false;
  const comparing = new ConfigVersions(database).comparedHashes(tasks).finally(() => {
    isOver = true;
  });
  let turns = 0;
  for (; !isOver; turns++) await nextTurn();
  expect(new Set((await comparing).values()).size).toBe(tasks.length);
  expect(turns).toBeGreaterThan(2);
});
