import { expect } from 'vitest';
import type { ApiClient } from './api-under-test.ts';

/** Makes points of each protocol that are hard to read from a list. @returns how many */
export async function makeListedPoints(api: ApiClient): Promise<number> {
  const devices = [
    { code: 'press', host: '127.0.0.1', unit_id: 1 },
    { code: 'plc', protocol: 'melsec', host: '127.0.0.1', port: 5_001 },
    { code: 'meter', protocol: 'mqtt', host: '127.0.0.1' },
  ];
  const ids: number[] = [];
  // One after the other, so that the ids are the same in every run.
  for (const device of devices) ids.push((await api.post('/api/config/devices/', device)).body.id);
  const [press, plc, meter] = ids;
  const points = [
    {
      device_id: press,
      code: 'level',
      name: ' \'quoted\', "名" ',
      address: '40001',
      data_type: 'int16',
      scale: 0.1,
      unit: 'm³',
    },
    {
      device_id: press,
      code: '=1+1',
      address: '30002',
      data_type: 'float32',
      byte_order: 'CDAB',
      precision: 2,
      valid_min: -5,
      valid_max: 1e6,
    },
    { device_id: press, code: '007', address: '00001', data_type: 'bool', writable: true, enabled: false },
    {
      device_id: press,
      code: 'mode',
      address: '40009',
      data_type: 'uint16',
      enumeration: { 0: 'off', 1: 'a;b' },
      period_ms: 5_000,
    },
    {
      device_id: press,
      code: 'flow',
      address: '40010',
      data_type: 'uint16',
      linear: { raw_min: 0, raw_max: 27_648, eng_min: 0, eng_max: 10 },
    },
    {
      device_id: press,
      code: 'bit',
      address: '40011',
      data_type: 'bool',
      bit: 10,
      report: { heartbeat_ms: 60_000 },
    },
    { device_id: press, code: 'text', address: '40020', data_type: 'string', length: 8, encoding: 'gbk' },
    { device_id: press, code: 'zone', address: '40040', data_type: 'int32', count: 4, name: '_x0041_' },
    { device_id: plc, code: 'speed', address: 'D100.3', data_type: 'bool' },
    { device_id: plc, code: 'shots', address: 'ZR5000', data_type: 'uint32' },
    { device_id: meter, code: 'power', topic: '+/power#/a', time_at: '/ts', data_type: 'float64' },
  ];
  expect(await api.post('/api/config/points/', points)).toMatchObject({ status: 201 });
  return points.length;
}
