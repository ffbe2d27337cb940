import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest, Transcript } from './cli-for-test.ts';

let from: ApiUnderTest;
let to: ApiUnderTest;
let source: CliForTest;
let target: CliForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  from = await startApi({ nats: nats.url, database: await freshDatabase() });
  to = await startApi({ nats: nats.url, database: await freshDatabase() });
  await Promise.all([from.ready(), to.ready()]);
  source = cliForTest({ HOLDFAST_URL: from.url });
  target = cliForTest({ HOLDFAST_URL: to.url });
});

const bothWays = [['--dry-run'], []];

describe('configuration that is exported', () => {
  it('is the same in another installation, where ids are others, and is not brought in twice', async () => {
    // Makes ids differ between the two installations.
    await configureTask(to, 'own');
    const site = await from.post('/api/config/sites/', { code: 'hall-1' });
    const task = await configureTask(from, '压力机');
    const [device] = (await from.get('/api/config/devices/')).body.results;
    await from.request('PATCH', `/api/config/devices/${device.id}/`, { site_id: site.body.id });
    const [, second] = (await from.get('/api/config/points/')).body.results;
    await from.request('PATCH', `/api/config/tasks/${task}/`, {
      point_ids: [second.id],
      max_duration: { soft_seconds: 60, hard_seconds: 90 },
    });

    const file = join(await temporaryFolder('transfer'), 'all.yaml');
    const exported = (await source.run('export')).stdout;
    await writeFile(file, exported);

    const transcript = new Transcript();
    const { run } = transcript.of(target);
    await run('import', file, '--dry-run');
    expect((await to.get('/api/config/sites/')).body.results).toEqual([]);
    await run('import', file);
    await run('import', file);
    await transcript.matches('import-twice');

    const here = JSON.parse((await source.run('export', '--json')).stdout);
    const there = JSON.parse((await target.run('export', '--json')).stdout);
    expect(here.tasks[0]).toMatchObject({ max_duration: { soft_seconds: 60, hard_seconds: 90 } });
    expect(there.tasks).toContainEqual(here.tasks[0]);
    expect(there.devices).toContainEqual(here.devices[0]);
    expect(there.devices).toHaveLength(2);
  });

  it('that was written by hand is not brought in twice either: addresses as in the manual, a part of a profile', async () => {
    const file = `holdfast_configuration: 1
devices:
  - code: by-hand
    host: 192.168.1.20
    profile: { max_hole: 4 }
    points:
      - { code: mode, address: "40021", data_type: uint16, enumeration: { 1: manual, 0: "off" } }
      - { code: level, table: input_register, address: "0x10", data_type: int16, report: { deadband_absolute: 1 } }
tasks:
  - { code: by-hand, period_ms: 1000, devices: [by-hand], max_duration: { hard_seconds: 60 } }
`;
    const transcript = new Transcript();
    const { runWith } = transcript.of(target);
    await runWith(file, 'import', '-');
    await runWith(file, 'import', '-');
    await runWith(file.replace('40021', '40022'), 'import', '-');
    await transcript.matches('import-by-hand');
  });

  it('is a part: what it does not name stays, of every kind of thing', async () => {
    const whole = `holdfast_configuration: 1
sites: [{ code: hall-5, name: Hall }]
devices:
  - code: part-1
    site: hall-5
    host: 10.0.0.5
    port: 1502
    profile: { max_hole: 4 }
    points:
      - { code: level, table: input_register, address: 16, data_type: int16, unit: mm, scale: 0.1 }
      - { code: mode, table: holding_register, address: 20, data_type: uint16 }
tasks:
  - code: part
    period_ms: 1000
    required_labels: { site: hall-5 }
    devices: [part-1]
    points: [{ device: part-1, point: level }]
    max_duration: { hard_seconds: 60 }
`;
    const transcript = new Transcript();
    const { run, runWith } = transcript.of(target);
    await runWith(whole, 'import', '-');
    await run('export');
    await runWith(
      'holdfast_configuration: 1\ndevices: [{ code: part-1 }]\ntasks: [{ code: part }]\n',
      ...['import', '-', '--reason', 'nothing'],
    );
    await runWith(
      `holdfast_configuration: 1
devices: [{ code: part-1, host: 10.0.0.6, points: [{ code: level, scale: 0.2 }] }]
tasks: [{ code: part, period_ms: 2000 }]
`,
      ...['import', '-', '--reason', 'some fields'],
    );
    await run('export');
    // Chosen points belong to the devices that the task has, which the file need not name again.
    const choose =
      'holdfast_configuration: 1\ntasks: [{ code: part, points: [{ device: part-1, point: mode }] }]\n';
    await runWith(choose, 'import', '-', '--reason', 'another point');
    // Null counts as given, and so does an empty list.
    const cleared =
      'holdfast_configuration: 1\ndevices: [{ code: part-1, site: null }]\ntasks: [{ code: part, points: [] }]\n';
    await runWith(cleared, 'import', '-', '--reason', 'cleared');
    await run('export');
    await transcript.matches('import-of-a-part');
  });

  it('is refused in another encoding than UTF-8, which would garble its names, and when it is something else', async () => {
    const file = join(await temporaryFolder('transfer'), 'gbk.yaml');
    const gbk = Buffer.from('d6d0cec4', 'hex');
    await writeFile(file, Buffer.concat([Buffer.from('holdfast_configuration: 1\nsites:\n  - code: '), gbk]));
    const transcript = new Transcript();
    const { run, runWith } = transcript.of(target);
    await run('import', file);
    await runWith('version: "3"\nservices: {}\n', 'import', '-');
    await transcript.matches('no-configuration');
  });

  it('is judged as a whole by the rules of the API before anything is changed', async () => {
    const faulty = `
holdfast_configuration: 1
devces: []
devices:
  - code: imm-1
    host: 10.0.0.7
    site: nowhere
    points:
      - { code: pressure, table: holding_register, address: 0, data_type: uint16 }
      - { code: oil_temperature, table: holding_register, address: 1, data_type: int17 }
      - { code: torque, table: holding_register, address: 65535, data_type: float32 }
      - { code: pressure, table: holding_register, address: 2, data_type: uint16 }
  - code: imm-2
    hots: 10.0.0.8
tasks:
  - code: workshop-1
    period_ms: x
    devices: [imm-1, imm-3]
    points: [{ device: imm-1, point: speed }, { device: imm-2, point: pressure }, 5]
`;
    const devicesBefore = (await to.get('/api/config/devices/')).body.results;
    const transcript = new Transcript();
    for (const options of bothWays) await transcript.of(target).runWith(faulty, 'import', '-', ...options);
    await transcript.matches('faults-of-a-file');
    expect((await to.get('/api/config/devices/')).body.results).toEqual(devicesBefore);
  });

  it('is refused where two devices are in one place, be it that one is there already', async () => {
    const file = `
holdfast_configuration: 1
sites: [{ code: west }, { code: east }]
devices:
  - { code: saw-1, host: Saws.plant, unit_id: 1 }
  - { code: saw-2, host: saws.plant, unit_id: 1 }
  - { code: saw-3, host: saws.plant, unit_id: 2 }
  - { code: west-1, site: west, protocol: modbus_rtu, serial: { path: /dev/ttyS0 } }
  - { code: east-1, site: east, protocol: modbus_rtu, serial: { path: /dev/ttyS0 } }
`;
    const transcript = new Transcript();
    const { runWith } = transcript.of(target);
    await runWith(file, 'import', '-');
    await runWith(file.replace('code: saw-2, host: saws', 'code: saw-2, host: saws2'), 'import', '-');
    const only = (devices: string) => `holdfast_configuration: 1\ndevices: [${devices}]\n`;
    await runWith(only('{ code: saw-3, unit_id: 1 }'), 'import', '-');
    const both = only('{ code: saw-1, host: saws3.plant }, { code: saw-3, unit_id: 1 }');
    await runWith(both, 'import', '-', '--dry-run');
    await runWith(both, 'import', '-');
    await transcript.matches('devices-at-one-place');
  });

  it('is warned of an address that reads as in a manual and lacks its quotes, and brought in as it says', async () => {
    const file = `holdfast_configuration: 1
devices:
  - code: quotes
    host: quotes.plant
    points:
      - { code: bare, table: holding_register, address: 40001, data_type: uint16 }
      - { code: quoted, table: holding_register, address: "40001", data_type: uint16 }
`;
    const transcript = new Transcript();
    const { runWith } = transcript.of(target);
    await runWith(file, 'import', '-', '--dry-run');
    await runWith(file, 'import', '-');
    await runWith(file, 'import', '-');
    await transcript.matches('addresses-without-quotes');
  });

  it('with an alias is refused with its line and what to do, an anchor alone is of no harm', async () => {
    const plant = (second: string) => `
holdfast_configuration: 1
devices:
  - code: &first imm-7
    host: 10.0.0.7
    points: [&point { code: zone, table: holding_register, address: 0, data_type: uint16 }]
  - code: imm-8
    host: 10.0.0.8
    points: ${second}
`;
    const transcript = new Transcript();
    const { runWith } = transcript.of(target);
    await runWith(plant('[*point, *point]'), 'import', '-', '--dry-run');
    await runWith(plant('[]'), 'import', '-', '--dry-run');
    await runWith('holdfast_configuration: 1\ndevices: [', 'import', '-');
    await transcript.matches('yaml-that-is-not-taken');
  });

  it('says what only the API sees, of a dry run too, and nothing of it is brought in; it is one change, which is taken back', async () => {
    const plant = (second: string) => `
holdfast_configuration: 1
sites: [{ code: hall-9, name: Hall }]
devices:
  - code: imm-9
    site: hall-9
    host: 10.0.0.9
    points:
      - { code: zone, table: holding_register, address: 0, data_type: uint16, count: 3 }
      - { code: "${second}", table: holding_register, address: 8, data_type: uint16 }
tasks:
  - { code: workshop-9, period_ms: 1000, devices: [imm-9], points: [{ device: imm-9, point: zone }] }
`;
    const transcript = new Transcript();
    const { runWith } = transcript.of(target);
    for (const options of bothWays) await runWith(plant('zone[1]'), 'import', '-', ...options);
    expect((await to.get('/api/config/sites/?code=hall-9')).body.results).toEqual([]);
    await runWith(plant('speed'), 'import', '-', '--reason', 'hall 9');
    const [set] = JSON.parse((await target.run('changes', 'list', '--kind', 'import')).stdout);
    expect(set).toMatchObject({ source: 'cli', reason: 'hall 9', counts: { created: 5 } });
    expect(await target.run('changes', 'revert', String(set.id))).toMatchObject({ code: 0 });
    expect((await to.get('/api/config/sites/?code=hall-9')).body.results).toEqual([]);
    await runWith(plant('speed'), 'import', '-');
    // A change is judged together with what stays: a device of TCP has a host.
    const changed = 'holdfast_configuration: 1\ndevices: [{ code: imm-9, site: hall-9, host: "" }]\n';
    await runWith(changed, 'import', '-', '--dry-run');
    const foreign = 'holdfast_configuration: 1\ntasks: [{ code: workshop-9, devices: [] }]\n';
    await runWith(foreign, 'import', '-', '--dry-run');
    await transcript.matches('faults-that-only-the-api-sees');
  });
});
