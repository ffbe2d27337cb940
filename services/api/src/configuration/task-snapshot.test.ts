import { describe, expect, it } from 'vitest';
import { contentHash, type SnapshotRow, snapshotTask } from './task-snapshot.ts';

const task = { id: 7, code: 'press', name: 'Press', enabled: true, period_ms: 1_000, required_labels: {} };
const device: SnapshotRow['device'] = {
  id: 3,
  code: 'press-1',
  name: '注塑机',
  protocol: 'modbus_tcp',
  host: '10.0.0.3',
  port: 502,
  unit_id: 1,
  timeout_ms: 1_000,
  max_registers: 125,
  max_bits: 2_000,
  measurement: null,
  enabled: true,
};
const point: NonNullable<SnapshotRow['point']> = {
  id: 11,
  code: 'temperature',
  name: '',
  table: 'holding_register',
  address: 0,
  data_type: 'int16',
  byte_order: 'ABCD',
  scale: 0.1,
  offset: 0,
  unit: '°C',
  enabled: true,
};
const row: SnapshotRow = { device, siteCode: 'north', point };
const all = new Set<number>();

describe('the snapshot of a task', () => {
  it('holds what a collector needs and no ids of points', () => {
    const snapshot = snapshotTask(task, [row], all);
    expect(snapshot).toEqual({
      ok: true,
      content: {
        schema_version: 1,
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
            host: '10.0.0.3',
            port: 502,
            unit_id: 1,
            timeout_ms: 1_000,
            max_registers: 125,
            max_bits: 2_000,
            points: [
              {
                code: 'temperature',
                name: '',
                table: 'holding_register',
                address: 0,
                data_type: 'int16',
                byte_order: 'ABCD',
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

describe('the hash of a snapshot', () => {
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
