import { expect, it } from 'vitest';
import { sessionsPath, startApi, startTask } from '../../services/api/testing/api-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { cliForTest } from './cli-for-test.ts';

/** A change set takes 20,000 things. */
const devices = 20;
const pointsOfDevice = 1_000;
const codeOf = (index: number) => `hall-${index}`;

/** @param count how many devices. @param points of each. @returns a file with them, and a task that reads them all */
function plantOf(count: number, points: number): string {
  const pointLines = Array.from(
    { length: points },
    (_, address) =>
      `      - { code: p${address}, table: holding_register, address: ${address}, data_type: int16 }`,
  ).join('\n');
  const codes = Array.from({ length: count }, (_, index) => codeOf(index));
  const deviceLines = codes.map(
    (code) => `  - code: ${code}\n    host: ${code}.plant\n    points:\n${pointLines}`,
  );
  return `holdfast_configuration: 1
devices:
${deviceLines.join('\n')}
tasks: [{ code: hall, period_ms: 1000, devices: [${codes.join(', ')}] }]
`;
}

it('an import of more things than one change set takes is done once, and taken by its session once when all of it is there', async () => {
  const nats = await natsForTest();
  const api = await startApi({ nats: nats.url, database: await freshDatabase() });
  await api.ready();
  const cli = cliForTest({ HOLDFAST_URL: api.url });
  const small = await cli.runWith(plantOf(1, 1), 'import', '-');
  expect([small.code, small.stderr]).toEqual([0, '']);
  const [task] = (await api.get('/api/config/tasks/?code=hall')).body.results;
  const session = await startTask(api, task.id);

  const file = plantOf(devices, pointsOfDevice);
  const brought = await cli.runWith(file, 'import', '-', '--apply', 'sessions');
  const created = devices - 1 + devices * pointsOfDevice - 1;
  const { applied, ...counts } = JSON.parse(brought.stdout);
  expect([counts, brought.stderr]).toEqual([{ created, changed: 1, unchanged: 2 }, '']);
  // On a busy machine the session may take the change only after the answer, which then says so.
  const problems = applied.flatMap(({ problem }: { problem?: { code: string } }) => problem?.code ?? []);
  expect(['', 'outcome_unknown']).toContain(problems.join());
  expect(brought.code).toBe(problems.length > 0 ? 1 : 0);

  // A second import finds all of it done, and the session on its new version.
  const unchanged = devices + devices * pointsOfDevice + 1;
  const again = await eventually(
    async () => {
      const { code, stdout } = await cli.runWith(file, 'import', '-', '--apply', 'sessions');
      return code === 0 && JSON.parse(stdout);
    },
    { what: 'the import to find all of it done' },
  );
  expect(again).toMatchObject({
    ...{ created: 0, changed: 0, unchanged },
    applied: [{ session_id: session, is_changed: false, to: 2 }],
  });
  const { results } = (await api.get(`${sessionsPath}/${session}/events/?type=reconfigured`)).body;
  expect(results).toHaveLength(1);
  const sets = (await api.get('/api/config/change-sets/?kind=import')).body.results;
  expect(sets).toHaveLength(3);
});
