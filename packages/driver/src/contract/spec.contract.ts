import { describe, expect, it } from 'vitest';
import type { Device } from '../device.ts';
import type { Driver } from '../driver.ts';
import { PointList } from '../point-list.ts';

export interface SpecUnderTest<C extends object, A> {
  readonly driver: Driver<C, A>;
  /** A device at this address. */
  device(host: string, port: number): Device<C, A>;
}

/** The promises of every driver's spec and plan. The contracts of links run it too. */
export function specContract<C extends object, A>(name: string, subject: SpecUnderTest<C, A>): void {
  const { driver } = subject;

  describe(`${name}: the spec`, () => {
    const device = subject.device('10.0.0.5', 4_000);
    const { spec } = driver;

    it('shows addresses as it parses them', () => {
      for (const point of device.points) {
        const fields = spec.showAddress(point.address);
        expect(spec.place.parse(fields)).toBeDefined();
        expect(spec.parseAddress(fields, point, device.connection)).toEqual({
          ok: true,
          address: point.address,
        });
      }
    });

    it('has names for its fields that no other part of a device or a point has', () => {
      const ofDevices = ['id', 'code', 'name', 'site_id', 'protocol', 'mode', 'timeout_ms', 'measurement'];
      const ofPoints = ['id', 'code', 'name', 'data_type', 'scale', 'offset', 'count', 'precision', 'unit'];
      const others = ['valid_min', 'valid_max', 'linear', 'enumeration', 'writable', 'period_ms', 'report'];
      const connection = Object.keys(spec.connection.shape);
      const place = Object.keys(spec.place.shape);
      expect(connection.filter((field) => [...ofDevices, 'enabled', 'points'].includes(field))).toEqual([]);
      expect(place.filter((field) => [...ofPoints, ...others, 'enabled'].includes(field))).toEqual([]);
      expect(Object.keys(spec.words.connection).sort()).toEqual(connection.sort());
      expect(Object.keys(spec.words.place).sort()).toEqual(place.sort());
    });

    it('names one endpoint alike however it is written', () => {
      const here = spec.endpoint(subject.device('plc-1.plant', 4_000).connection);
      expect(spec.endpoint(subject.device('PLC-1.Plant', 4_000).connection)).toEqual(here);
      expect(spec.endpoint(subject.device('plc-1.plant', 4_001).connection).key).not.toBe(here.key);
    });

    it('can be decoded from its own encoding: connections are JSON', () => {
      expect(JSON.parse(JSON.stringify(device.connection))).toEqual(device.connection);
      expect(spec.connection.parse(device.connection)).toEqual(device.connection);
    });
  });

  describe(`${name}: the plan`, () => {
    const device = subject.device('10.0.0.5', 4_000);
    const all = device.points.map((_, point) => point);

    it('serves each due value by one group, under keys of their own, and keeps plans of one set', () => {
      const list = new PointList(device.points);
      const plan = driver.plan(device, list);
      const { groups, missing } = plan.groups(all, 0);
      const served = [...groups.flatMap(({ values }) => values), ...missing.map(({ at }) => at)];
      expect(served.sort((a, b) => a - b)).toEqual(list.codes.map((_, at) => at));
      expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
      expect(plan.groups(all, 0).groups).toBe(groups);
    });

    it('reads no point that is not due', () => {
      const list = new PointList(device.points);
      const { groups } = driver.plan(device, list).groups([0], 0);
      const values = groups.flatMap((group) => group.values);
      expect(values).toEqual(Array.from({ length: list.firstOf(1) }, (_, at) => at));
    });
  });
}
