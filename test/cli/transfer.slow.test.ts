import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

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

    const dry = await target.run('import', file, '--dry-run');
    expect([dry.code, JSON.parse(dry.stdout)]).toEqual([0, { created: 5, changed: 0, unchanged: 0 }]);
    expect((await to.get('/api/config/sites/')).body.results).toEqual([]);

    const brought = await target.run('import', file);
    expect(brought).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(brought.stdout)).toEqual({ created: 5, changed: 0, unchanged: 0 });
    const again = await target.run('import', file);
    expect(JSON.parse(again.stdout)).toEqual({ created: 0, changed: 0, unchanged: 5 });

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
    const first = await target.runWith(file, 'import', '-');
    expect([first.stderr, JSON.parse(first.stdout)]).toEqual(['', { created: 4, changed: 0, unchanged: 0 }]);
    const again = await target.runWith(file, 'import', '-');
    expect(JSON.parse(again.stdout)).toEqual({ created: 0, changed: 0, unchanged: 4 });
    const moved = await target.runWith(file.replace('40021', '40022'), 'import', '-');
    expect(JSON.parse(moved.stdout)).toEqual({ created: 0, changed: 1, unchanged: 3 });
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
    expect(await target.runWith(whole, 'import', '-')).toMatchObject({ code: 0, stderr: '' });
    const of = async () => JSON.parse((await target.run('export', '--json')).stdout);
    type Named = { code: string };
    const partOf = (all: Record<'devices' | 'tasks', Named[]>) => ({
      device: all.devices.find(({ code }) => code === 'part-1') as Named & { points: Named[] },
      task: all.tasks.find(({ code }) => code === 'part') as Named,
    });
    const before = partOf(await of());
    expect(before.device).toMatchObject({ site: 'hall-5', points: [{ unit: 'mm' }, {}] });

    const content = 'holdfast_configuration: 1\ndevices: [{ code: part-1 }]\ntasks: [{ code: part }]\n';
    const nothing = await target.runWith(content, 'import', '-');
    expect(JSON.parse(nothing.stdout)).toEqual({ created: 0, changed: 0, unchanged: 2 });
    const part = `holdfast_configuration: 1
devices: [{ code: part-1, host: 10.0.0.6, points: [{ code: level, scale: 0.2 }] }]
tasks: [{ code: part, period_ms: 2000 }]
`;
    const changed = await target.runWith(part, 'import', '-');
    expect([changed.stderr, JSON.parse(changed.stdout)]).toEqual([
      '',
      { created: 0, changed: 3, unchanged: 0 },
    ]);
    const [level, mode] = before.device.points;
    expect(partOf(await of())).toEqual({
      device: { ...before.device, host: '10.0.0.6', points: [{ ...level, scale: 0.2 }, mode] },
      task: { ...before.task, period_ms: 2_000 },
    });

    // Chosen points belong to the devices that the task has, which the file need not name again.
    const choose = (points: string) =>
      `holdfast_configuration: 1\ntasks: [{ code: part, points: ${points} }]\n`;
    const other = await target.runWith(choose('[{ device: part-1, point: mode }]'), 'import', '-');
    expect([other.stderr, JSON.parse(other.stdout)]).toEqual(['', { created: 0, changed: 1, unchanged: 0 }]);
    // Null counts as given, and so does an empty list.
    const cleared = `holdfast_configuration: 1\ndevices: [{ code: part-1, site: null }]\ntasks: [{ code: part, points: [] }]\n`;
    expect(JSON.parse((await target.runWith(cleared, 'import', '-')).stdout)).toMatchObject({ changed: 2 });
    const after = partOf(await of());
    expect(after).toMatchObject({ device: { site: null }, task: { devices: ['part-1'], points: [] } });
  });

  it('is refused in another encoding than UTF-8: its names would be replacement characters', async () => {
    const file = join(await temporaryFolder('transfer'), 'gbk.yaml');
    const gbk = Buffer.from('d6d0cec4', 'hex');
    await writeFile(file, Buffer.concat([Buffer.from('holdfast_configuration: 1\nsites:\n  - code: '), gbk]));
    const { code, stderr } = await target.run('import', file);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${file}: it is not in UTF-8`)]);
  });

  it('is refused when it is something else', async () => {
    const file = join(await temporaryFolder('transfer'), 'other.yaml');
    await writeFile(file, 'version: "3"\nservices: {}\n');
    const { code, stderr } = await target.run('import', file);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no configuration of Holdfast')]);
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
    for (const options of [['--dry-run'], []]) {
      const { code, stdout, stderr } = await target.runWith(faulty, 'import', '-', ...options);
      expect([code, stdout]).toEqual([1, '']);
      const [first, ...faults] = stderr.trimEnd().split('\n');
      expect(first).toBe('Nothing was changed: standard input has 12 faults.');
      expect(faults).toEqual([
        '  - devces: there is no such part; a configuration has sites, devices, tasks',
        '  - device imm-1: site: there is no site nowhere',
        expect.stringMatching(/^ {2}- point imm-1\/oil_temperature: data_type: .*"int16"/),
        expect.stringMatching(/^ {2}- point imm-1\/torque: address: /),
        '  - point imm-1/pressure: code: is in the file more than once',
        '  - device imm-2: there is no field "hots"; did you mean host?',
        '  - device imm-2: host: is required with modbus_tcp',
        '  - task workshop-1: devices: there is no device imm-3',
        '  - task workshop-1: points.2: must have fields, and is 5',
        '  - task workshop-1: points: there is no point speed of device imm-1',
        '  - task workshop-1: points: there is no point pressure of device imm-2',
        '  - task workshop-1: period_ms: Invalid input: expected number, received string',
      ]);
    }
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
    const twice = await target.runWith(file, 'import', '-');
    expect([twice.code, twice.stderr]).toEqual([
      1,
      'Nothing was changed: standard input has a fault.\n  - device saw-2: unit_id: device saw-1 has this endpoint and unit id\n',
    ]);
    const mended = await target.runWith(
      file.replace('code: saw-2, host: saws', 'code: saw-2, host: saws2'),
      'import',
      '-',
    );
    expect(mended).toMatchObject({ code: 0, stderr: '' });
    const moved = 'holdfast_configuration: 1\ndevices: [{ code: saw-3, unit_id: 1 }]\n';
    const refused = await target.runWith(moved, 'import', '-');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('device saw-1 has this endpoint'),
    ]);
    const both =
      'holdfast_configuration: 1\ndevices: [{ code: saw-1, host: saws3.plant }, { code: saw-3, unit_id: 1 }]\n';
    expect(await target.runWith(both, 'import', '-')).toMatchObject({ code: 0, stderr: '' });
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
    for (const options of [['--dry-run'], []]) {
      const { code, stderr } = await target.runWith(file, 'import', '-', ...options);
      expect([code, stderr.trimEnd().split('\n')]).toEqual([
        0,
        [
          expect.stringMatching(
            /^Warning: point quotes\/bare: address: 40001 without quotes is .* in quotes: "40001"$/,
          ),
        ],
      ]);
    }
    const again = await target.runWith(file, 'import', '-');
    expect([again.code, again.stderr]).toEqual([0, '']);
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
    const { code, stdout, stderr } = await target.runWith(
      plant('[*point, *point]'),
      'import',
      '-',
      '--dry-run',
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      'line 9 has the alias *point (and 1 more), and aliases are not taken. Write out',
    );
    expect(stderr).toContain("yq 'explode(.)' FILE");
    const anchors = await target.runWith(plant('[]'), 'import', '-', '--dry-run');
    expect([anchors.code, JSON.parse(anchors.stdout)]).toMatchObject([0, { created: 3 }]);
    const broken = await target.runWith('holdfast_configuration: 1\ndevices: [', 'import', '-');
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('at line 2, column 11')]);
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
    // Only the API knows how points of a device get on with each other.
    for (const options of [['--dry-run'], []]) {
      const broken = await target.runWith(plant('zone[1]'), 'import', '-', ...options);
      expect([broken.code, broken.stdout]).toEqual([1, '']);
      expect(broken.stderr).toBe(
        'Nothing was changed: standard input has a fault.\n  - point imm-9/zone[1]: code: a value of the array zone is named zone[1] too\n',
      );
    }
    expect((await to.get('/api/config/sites/?code=hall-9')).body.results).toEqual([]);

    const repaired = await target.runWith(plant('speed'), 'import', '-', '--reason', 'hall 9');
    expect([repaired.stderr, JSON.parse(repaired.stdout)]).toEqual([
      '',
      { created: 5, changed: 0, unchanged: 0 },
    ]);
    const [set] = JSON.parse((await target.run('changes', 'list', '--kind', 'import')).stdout);
    expect(set).toMatchObject({ source: 'cli', reason: 'hall 9', counts: { created: 5 } });
    expect(await target.run('changes', 'revert', String(set.id))).toMatchObject({ code: 0 });
    expect((await to.get('/api/config/sites/?code=hall-9')).body.results).toEqual([]);
    const again = await target.runWith(plant('speed'), 'import', '-');
    expect(JSON.parse(again.stdout)).toEqual({ created: 5, changed: 0, unchanged: 0 });
    // A change is judged together with what stays: a device of TCP has a host.
    const changed = 'holdfast_configuration: 1\ndevices: [{ code: imm-9, site: hall-9, host: "" }]\n';
    const refused = await target.runWith(changed, 'import', '-', '--dry-run');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'Nothing was changed: standard input has a fault.\n  - device imm-9: host: is required with modbus_tcp\n',
    ]);
  });
});
