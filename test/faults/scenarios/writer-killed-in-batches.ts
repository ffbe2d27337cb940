import pg from 'pg';
import { eventually } from '../../support/eventually.ts';
import { judge } from '../../world/judge.ts';
import { Random } from '../../world/random.ts';
import { settled } from '../settled.ts';
import { startWorld } from '../world.ts';
import { type Scenario, smallWorld } from './scenario.ts';
import { startAll } from './start-all.ts';

const kills = 50;
/** Where a batch can be stopped half-way: at its values, and at the record of its ticks when the values are in. */
const tables = ['samples.sample_value', 'samples.tick_coverage'] as const;

/**
 * A table is locked, so that the writer hangs in the middle of a batch; when PostgreSQL says that it does, the writer is
 * killed with -9, and started again when the lock is gone.
 */
export const writerKilledInBatches: Scenario = {
  name: 'writer-killed-in-batches',
  run: async ({ seed, ...options }) => {
    const { say } = options;
    const world = await startWorld({ ...smallWorld, ...options });
    const random = new Random(seed);
    await startAll(world);
    const [writer, ...others] = world.shape.writers.map((id) => world.service(id));
    if (!writer) throw new Error('there is no writer');
    // With a single writer it is certain who waits for the lock.
    for (const other of others) await other.terminate();
    const faults: Record<string, number> = {};
    const blocker = new pg.Client({ connectionString: world.databaseUrl });
    await blocker.connect();
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        const table = random.pick(tables);
        await blocker.query('begin');
        // This lock lets reading go on.
        await blocker.query(`lock table ${table} in share row exclusive mode`);
        await eventually(() => isWaitingFor(world.databaseUrl, table), {
          what: `the writer to wait for ${table}`,
          timeoutMs: 60_000,
          intervalMs: 20,
        });
        await writer.kill();
        await blocker.query('rollback');
        await writer.start();
        faults[`writer-kill-at-${table}`] = (faults[`writer-kill-at-${table}`] ?? 0) + 1;
        if (kill % 10 === 0) say(`${kill} kills`);
      }
    } finally {
      await blocker.end();
    }
    say('healing');
    await world.heal();
    const failures = await settled(world);
    const { verdict } = await judge(world, [], { events: 8, sessions: 4, ticks: 1_000, handOvers: 0 });
    await world.stop();
    return { faults, failures, verdict };
  },
};

async function isWaitingFor(databaseUrl: string, table: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select 1 from pg_locks join pg_stat_activity using (pid)
       where not granted and relation = $1::regclass and wait_event_type = 'Lock' limit 1`,
      [table],
    );
    return rows.length > 0;
  } finally {
    await client.end();
  }
}
