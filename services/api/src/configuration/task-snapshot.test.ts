import { connectionSchema, deviceProfileSchema } from '@holdfast/driver-modbus/layout/connection.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { contentHash, type SnapshotRow, snapshotTask } from './task-snapshot.ts';

const task = { id: 7, code: 'press', name: 'Press', enabled: true, period_ms: 1_000, required_labels: {} };
const device: SnapshotRow['device'] = {
  id: 3,
  code: 'press-1',
  name: '注塑机',
  protocol: 'modbus_tcp',
  mode: 'polled',
  timeout_ms: 1_000,
  connection: connectionSchema.parse({ host: '10.0.0.3' }),
  measurement: null,
  enabled: true,
};
const point: NonNullable<SnapshotRow['point']> = {
  id: 11,
  code: 'temperature',
  name: '',
  address: { table: 'holding_register', address: 0, byte_order: 'ABCD' },
  data_type: 'int16',
  scale: 0.1,
  offset: 0,
  unit: '°C',
  enabled: true,
  count: null,
  precision: null,
  valid_min: null,
  valid_max: null,
  linear: null,
  enumeration: null,
  period_ms: null,
  report: null,
  writable: false,
};
const row: SnapshotRow = { device, siteCode: 'north', siteNetworks: [], point };
const all = new Set<number>();

describe('the snapshot of a task', () => {
  it('says where devices of a site may be reached, if the site has networks', () => {
    const networksIn = (siteNetworks: string[] | null) => {
      const snapshot = snapshotTask(task, [{ ...row, siteNetworks }], all);
      return snapshot.ok ? snapshot.content.devices.map(({ site_networks }) => site_networks) : [];
    };
    expect(networksIn(['10.1.0.0/16'])).toEqual([['10.1.0.0/16']]);
    expect(networksIn([])).toEqual([undefined]);
    expect(networksIn(null)).toEqual([undefined]);
  });

  it('holds what a collector needs and no ids of points', () => {
    const snapshot = snapshotTask(task, [row], all);
    expect(snapshot).toEqual({
      ok: true,
      content: {
        schema_version: 3,
        task_id: '7',
        task_code: 'press',
        task_name: 'Press',
        period_ms: 1_000,
        devices: [
          {
            id: '3',
            code: 'press-1',
            name: '注塑机',
            site_code: 'north',
            protocol: 'modbus_tcp',
            mode: 'polled',
            timeout_ms: 1_000,
            connection: { host: '10.0.0.3', port: 502, unit_id: 1, max_registers: 125, max_bits: 2_000 },
            points: [
              {
                code: 'temperature',
                name: '',
                address: { table: 'holding_register', address: 0, byte_order: 'ABCD' },
                data_type: 'int16',
                scale: 0.1,
                offset: 0,
                unit: '°C',
              },
            ],
          },
        ],
      },
    });
  });

  it('leaves out what is disabled, what was not chosen, and devices with nothing left', () => {
    const rows: SnapshotRow[] = [
      row,
      { ...row, point: { ...point, id: 12, code: 'off', enabled: false } },
      { ...row, point: { ...point, id: 13, code: 'not-chosen' } },
      { ...row, device: { ...device, id: 4, code: 'disabled', enabled: false } },
      { ...row, device: { ...device, id: 5, code: 'empty' }, point: null },
    ];
    const snapshot = snapshotTask(task, rows, new Set([11, 12]));
    if (!snapshot.ok) throw new Error(snapshot.problem.code);
    expect(snapshot.content.devices.map(({ code }) => code)).toEqual(['press-1']);
    expect(snapshot.content.devices[0]?.points.map(({ code }) => code)).toEqual(['temperature']);
  });

  it.each([
    ['task_disabled', { ...task, enabled: false }, [row]],
    ['task_without_devices', task, []],
    ['task_without_devices', task, [{ ...row, device: { ...device, enabled: false } }]],
    ['task_without_points', task, [{ ...row, point: null }]],
    ['task_config_invalid', { ...task, period_ms: 1 }, [row]],
  ])('is refused as %s', (code, refused, rows) => {
    expect(snapshotTask(refused, rows, all)).toMatchObject({ ok: false, problem: { code } });
  });
});

describe('a snapshot whose parts are each right', () => {
  const profile = deviceProfileSchema.parse({ max_hole: 10 });

  const refused = (rows: readonly SnapshotRow[]) => {
    const snapshot = snapshotTask(task, rows, all);
    if (snapshot.ok || snapshot.problem.code !== 'task_config_invalid') throw new Error('it was taken');
    return inEnglish(snapshot.problem.issues);
  };

  it('takes whatever periods the points of a device have', () => {
    const rows = [row, { ...row, point: { ...point, id: 12, code: 'slow', period_ms: 2_500 } }];
    expect(snapshotTask(task, rows, all).ok).toBe(true);
  });

  it('is refused when a value of an array has the code of another point', () => {
    const rows = [
      { ...row, point: { ...point, code: 'a', count: 3 } },
      { ...row, point: { ...point, id: 12, code: 'a[2]' } },
    ];
    expect(refused(rows)).toEqual([
      { path: 'devices.0.points.1.code', message: 'press-1: a value of the array a is named a[2] too' },
    ]);
  });

  it('is refused when devices contradict each other about their line', () => {
    const line = { path: '/dev/ttyUSB0', baud_rate: 9_600, parity: 'even', stop_bits: 1 } as const;
    const on = (serial: object) => connectionSchema.parse({ serial });
    const serial: SnapshotRow['device'] = { ...device, protocol: 'modbus_rtu', connection: on(line) };
    const rows = [
      { ...row, device: serial },
      {
        ...row,
        device: { ...serial, id: 4, code: 'press-2', connection: on({ ...line, baud_rate: 19_200 }) },
      },
    ];
    expect(refused(rows)).toEqual([
      {
        path: 'devices.1',
        message: expect.stringContaining('9600 baud 8E1 and at 19200 baud 8E1'),
      },
    ]);
  });

  it('is refused when one of its points can never be read', () => {
    const of = (changes: object) => ({ ...device, connection: { ...device.connection, ...changes } });
    const address = { table: 'holding_register', address: 0, byte_order: 'ABCD', length: 20 };
    const text: SnapshotRow = { ...row, point: { ...point, data_type: 'string', address } };
    expect(refused([{ ...text, device: of({ max_registers: 16 }) }])).toMatchObject([
      { path: 'devices.0.points.0', message: expect.stringContaining('wider than the largest read') },
    ]);
    const excluded = [{ table: 'holding_register' as const, from: 5, to: 9 }];
    expect(refused([{ ...text, device: of({ profile: { ...profile, excluded } }) }])).toMatchObject([
      { message: expect.stringContaining('excludes') },
    ]);
  });
});

describe('the hash of a snapshot', () => {
  it('stays what it is, so that tasks keep their versions', () => {
    expect(contentHash(content())).toBe('fc63b07857d93ca22f2342d8b3b92deccbef73c328632bfa898d2cbbfc7a95e3');
  });

  const content = () => {
    const snapshot = snapshotTask(task, [row], all);
    if (!snapshot.ok) throw new Error(snapshot.problem.code);
    return snapshot.content;
  };

  it('depends neither on the version nor on the order of fields', () => {
    const reversed = Object.fromEntries(Object.entries({ ...content(), config_version: 4 }).reverse());
    expect(contentHash(reversed as never)).toBe(contentHash(content()));
  });

  it('changes with any setting', () => {
    expect(contentHash({ ...content(), period_ms: 2_000 })).not.toBe(contentHash(content()));
  });
});
