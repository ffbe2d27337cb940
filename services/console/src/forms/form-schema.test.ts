import { bodies, forms as formsOfAll } from '@holdfast/drivers/bodies.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  changesOf,
  draftOf,
  type FormSchema,
  faultsIn,
  fullBodyOf,
  isShown,
  kindOf,
  valueIn,
} from './form-schema.ts';

const judgedDevice = (body: unknown) => bodies().devices.judged(body);
const judgedPoint = (protocol: string, body: unknown) => {
  const spec = specs.get(protocol);
  if (!spec) throw new Error(protocol);
  const connection = bodies().devices.connectionIn(spec, spec.words.deviceExamples[0]);
  return validateDevicePoint({ spec, connection }, body);
};
const forms = formsOfAll().map(({ protocol, device, point }) => ({
  protocol,
  device: device as unknown as FormSchema,
  point: point as unknown as FormSchema,
  devices: device.examples as Record<string, unknown>[],
  points: point.examples as Record<string, unknown>[],
}));
const [{ device, point }] = forms as [(typeof forms)[number]];

it('gives every field that a form shows, also those that are empty', () => {
  const body = fullBodyOf(device, { code: 'a', host: 'x', name: '' });
  expect(body).toMatchObject({ code: 'a', host: 'x', name: '', site_id: null });
  expect(body.port).toBe(device.properties.port?.default);
});

describe.each(forms)('a form of $protocol', ({ protocol, device, point, devices, points }) => {
  it('says what its example says, filled in by hand', () => {
    for (const example of devices) {
      const draft = draftOf(device, example);
      expect([...faultsIn(device, draft)]).toEqual([]);
      expect(judgedDevice(bodyOf(device, draft))).toEqual(judgedDevice(example));
      expect(judgedDevice(example).ok).toBe(true);
      expect(judgedDevice(fullBodyOf(device, draft))).toEqual(judgedDevice(example));
    }
    for (const example of points) {
      const draft = draftOf(point, example);
      expect([...faultsIn(point, draft)]).toEqual([]);
      expect(judgedPoint(protocol, bodyOf(point, draft))).toEqual(judgedPoint(protocol, example));
      expect(judgedPoint(protocol, example).ok).toBe(true);
    }
  });

  it('draws every field but those that are the same for all, and lists', () => {
    const undrawnFields = Object.entries({ ...device.properties, ...point.properties })
      .filter(([, field]) => kindOf(field) === 'none' && field.const === undefined)
      .map(([name]) => name);
    expect(undrawnFields).toEqual([]);
  });
});

describe('a form', () => {
  it('asks for no port of a serial line', () => {
    const serial = forms.find(({ protocol }) => protocol === 'modbus_rtu')?.device;
    const portOf = (form: FormSchema | undefined, protocol: string) => {
      const port = form?.properties.port;
      return port && form && isShown(port, valueIn(form, { protocol }));
    };
    expect(portOf(serial, 'modbus_rtu')).toBe(false);
    expect(portOf(device, 'modbus_tcp')).toBe(true);
  });

  it('says what differs from a stored body, and only what was typed', () => {
    const before = {
      code: 'a',
      host: 'x',
      port: 502,
      unit_id: 1,
      timeout_ms: 1_000,
      name: 'b',
      site_id: null,
    };
    const stored = draftOf(device, before);
    expect(changesOf(device, stored, before)).toEqual({});
    expect(changesOf(device, { ...stored, port: '503', name: '' }, before)).toEqual({ port: 503, name: '' });
  });

  it('finds what is missing, out of range or not written as it has to be', () => {
    const draft = { host: 'http://x', port: '70000', unit_id: '1.5', timeout_ms: 'fast' };
    expect(Object.fromEntries(faultsIn(device, draft))).toEqual({
      code: { kind: 'needed' },
      host: { kind: 'form' },
      port: { kind: 'most', limit: 65_535 },
      unit_id: { kind: 'whole' },
      timeout_ms: { kind: 'number' },
    });
    expect(faultsIn(point, { code: 'a', address: '40001', data_type: 'string' }).get('length')).toEqual({
      kind: 'needed',
    });
    expect(faultsIn(point, { code: 'a', address: 'D100', data_type: 'int16' }).get('address')).toEqual({
      kind: 'form',
    });
  });

  it('sends a number as a number, and an address as it was written', () => {
    const body = (address: string) => bodyOf(point, { code: 'a', address, data_type: 'int16' }).address;
    expect(['40001', '0x10', '100', '0'].map(body)).toEqual(['40001', '0x10', 100, 0]);
    expect(bodyOf(point, { data_type: 'int16', scale: '−0.5', enumeration: '0 = off\n1: on' })).toMatchObject(
      {
        scale: -0.5,
        enumeration: { 0: 'off', 1: 'on' },
      },
    );
  });

  it('shows and sends no field that does not go with the others', () => {
    const draft = { code: 'a', address: '40001', table: 'holding_register', data_type: 'int16', length: '4' };
    const { length } = point.properties;
    expect(length && isShown(length, valueIn(point, draft))).toBe(false);
    expect(bodyOf(point, draft)).not.toHaveProperty('length');
    expect(bodyOf(point, { ...draft, data_type: 'string' })).toMatchObject({ length: 4 });
  });

  it('shows a field that waits for a choice only once that is made and it fits', () => {
    const shownOf = (draft: Record<string, string>) =>
      ['bit', 'byte', 'length', 'encoding', 'scale', 'enumeration'].filter((name) => {
        const field = point.properties[name];
        return field && isShown(field, valueIn(point, { table: 'holding_register', ...draft }));
      });
    expect(shownOf({})).toEqual([]);
    expect(shownOf({ data_type: 'bool' })).toEqual(['bit', 'scale', 'enumeration']);
    expect(shownOf({ data_type: 'uint8' })).toEqual(['byte', 'scale', 'enumeration']);
    expect(shownOf({ data_type: 'string' })).toEqual(['length', 'encoding']);
    // An empty table rules nothing out, because the address may name it.
    expect(shownOf({ table: '', data_type: 'string' })).toEqual(['length', 'encoding']);
  });

  it('keeps of a stored body what it does not draw', () => {
    const excludedRanges = [{ table: 'coil', from: 1, to: 2 }];
    const before = { code: 'a', host: 'x', profile: { max_hole: 4, excluded: excludedRanges } };
    expect(bodyOf(device, { ...draftOf(device, before), host: 'y' }, before)).toMatchObject({
      host: 'y',
      profile: { max_hole: 4, excluded: excludedRanges },
    });
  });
});
