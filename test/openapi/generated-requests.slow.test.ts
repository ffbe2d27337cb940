import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@holdfast/dev/free-port.ts';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const schemathesis = inject('installedServers').schemathesis;
const key = `hf_0a1b2c3d_${randomBytes(32).toString('base64url')}`;

/** Fixed, so that a red run can be repeated. */
const seed = '31415';

interface Report {
  readonly exit_code: number;
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
  readonly operations: { readonly selected: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly warnings: { readonly missing_auth: readonly string[] };
}

describe.runIf(schemathesis !== null)('the API', () => {
  it('keeps what its OpenAPI document says, whatever is sent to it', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    const database = { DATABASE_URL: await freshDatabase() };
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const api = await fleet.start('api', {
      ...database,
      API_PORT: port,
      API_BOOTSTRAP_KEY: key,
      API_ANONYMOUS_LOOPBACK: 'false',
      API_REQUESTS_PER_MINUTE: '0',
      API_COMMANDS_PER_MINUTE: '0',
      API_REFUSED_PER_MINUTE: '0',
      // Otherwise the log would have thousands of answers.
      LOG_LEVEL: 'warn',
    });
    await Promise.all([
      fleet.start('supervisor'),
      fleet.start('writer', database),
      ...['c1', 'c2'].map(async (id) =>
        fleet.collector(id, {
          LOCK_DIR: await temporaryFolder('locks'),
          SPOOL_DIR: await temporaryFolder('spool'),
        }),
      ),
    ]);
    await eventually(async () => (await fetch(`${url}/health/ready`)).ok, {
      what: 'the API to be ready',
    });
    const headers = { authorization: `Bearer ${key}` };
    await configure(async (path, body) => {
      const answer = await fetch(`${url}/api/${path}/`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${text}`);
      return JSON.parse(text);
    }, fleet.plant.plant.endpoints);
    const { results } = (await (await fetch(`${url}/api/system/keys/`, { headers })).json()) as {
      results: { id: string; name: string }[];
    };

    const folder = await temporaryFolder('schemathesis');
    const reportFile = join(folder, 'report.json');
    const { output } = await run(
      schemathesis ?? '',
      [
        ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
        ...['run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${key}`],
        ...['--phases', 'coverage,fuzzing,stateful', '--max-examples', '20', '--seed', seed],
        ...['--report', 'json', '--report-json-path', reportFile, '--no-color'],
      ],
      {
        cwd: folder,
        env: {
          HOME: folder,
          PYTHONPATH: import.meta.dirname,
          PYTHONDONTWRITEBYTECODE: '1',
          SCHEMATHESIS_HOOKS: 'rules_beyond_the_schema',
          OWN_KEY: results.flatMap(({ id, name }) => [id, name]).join(','),
        },
        maxBuffer: 256 * 1024 * 1024,
      },
    ).then(
      ({ stdout }) => ({ output: stdout }),
      // It exits with 1 where it found something; what it found stands in its report.
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ output: `${stdout}\n${stderr}` }),
    );
    const report = JSON.parse(
      await readFile(reportFile, 'utf8').catch(() => {
        throw new Error(`schemathesis left no report:\n${output.slice(-10_000)}`);
      }),
    ) as Report;

    expect(report.failures, output.slice(0, 100_000)).toEqual([]);
    expect(report.errors, output.slice(0, 100_000)).toEqual([]);
    expect(report.exit_code).toBe(0);
    // The key was good to the end: else nearly all would have been refused, and found right. Only people have logins.
    const isForPeople = (call: string) => / \/api\/(?:me|login\/command-line)\//.test(call);
    expect(report.warnings.missing_auth.filter((call) => !isForPeople(call))).toEqual([]);
    expect(report.operations.tested).toBeGreaterThan(50);
    expect(report.test_cases.generated).toBeGreaterThan(5_000);
    expect(api.lastLines(200).filter((line) => line.includes('internal_error'))).toEqual([]);
  }, 1_800_000);
});

/** A task that reads two devices, and a session of it. */
async function configure(
  post: (path: string, body: unknown) => Promise<{ id: number }>,
  endpoints: readonly { device: string; host: string; port: number; unitId: number }[],
): Promise<void> {
  const { id: site_id } = await post('config/sites', { code: 'hall-1' });
  const devices: number[] = [];
  for (const { device, host, port, unitId } of endpoints) {
    const { id } = await post('config/devices', { code: device, site_id, host, port, unit_id: unitId });
    devices.push(id);
    const table = 'holding_register';
    await post('config/points', { device_id: id, code: 'count', table, address: 0, data_type: 'uint16' });
    await post('config/points', {
      device_id: id,
      code: 'constant',
      table,
      address: 1,
      data_type: 'uint16',
      writable: true,
    });
  }
  const { id: task_id } = await post('config/tasks', {
    code: 'press',
    period_ms: 1_000,
    device_ids: devices,
  });
  await post('acquisition/sessions/start-task', { task_id });
}
