import { dataTypes } from '@holdfast/driver/point.ts';
import { parseAddress } from '@holdfast/driver-modbus/layout/address-notation.ts';
import { registerTables } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import type { ProtocolForms } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { bodies, forms as formsOfAll } from './bodies.ts';
import { specs } from './specs.ts';

const ajv = new Ajv2020({ strict: false });
const forms = formsOfAll().map((form) => ({
  ...form,
  isDevice: ajv.compile(form.device),
  isPoint: ajv.compile(form.point),
}));
const [tcp] = forms as [(typeof forms)[number]];
const judgedDevice = (body: unknown) => bodies().devices.judged(body);
const judgedPointOf = (protocol: string) => (body: unknown) => {
  const spec = specs.get(protocol);
  if (!spec) throw new Error(protocol);
  const connection = bodies().devices.connectionIn(spec, spec.words.deviceExamples[0]);
  return validateDevicePoint({ spec, connection }, body);
};
const judgedModbus = judgedPointOf('modbus_tcp');
const examplesOf = (schema: ProtocolForms['device']) => schema.examples as Record<string, unknown>[];

/** A valid body with each field in turn at its limits, beyond them, of another type, mistyped and left out. */
function* spoiled(body: Record<string, unknown>, schema: ProtocolForms['device']) {
  const odd = [
    '',
    ' x',
    'x\\',
    'a\nb',
    'time',
    -1,
    0,
    1,
    0.5,
    3,
    125,
    126,
    255,
    256,
    65_535,
    65_536,
    60_001,
    1e12,
  ];
  const whole = [
    null,
    true,
    [],
    {},
    'ABCD',
    'high',
    'gbk',
    'coil',
    'int8',
    'string',
    '40001',
    '0x1F',
    'x'.repeat(300),
  ];
  for (const field of Object.keys(schema.properties as object)) {
    for (const value of [...odd, ...whole]) yield { ...body, [field]: value };
    const { [field]: _, ...without } = body;
    yield without;
  }
  yield { ...body, nonsense: 1 };
}

describe.each(forms)('the form of $protocol', (form) => {
  const { protocol, device, point, isDevice, isPoint, probe } = form;

  it('has examples that are taken by whoever judges what is sent', () => {
    for (const example of examplesOf(device)) {
      expect([isDevice(example), isDevice.errors]).toEqual([true, null]);
      expect(judgedDevice(example)).toMatchObject({ ok: true, value: { protocol } });
    }
    for (const example of [...examplesOf(point), probe]) {
      expect([example, isPoint(example), isPoint.errors]).toEqual([example, true, null]);
      expect(judgedPointOf(protocol)(example)).toMatchObject({ ok: true });
    }
  });

  it('refuses the devices that the API refuses, and takes those that it takes', () => {
    let refused = 0;
    for (const example of examplesOf(device)) {
      for (const body of spoiled(example, device)) {
        // A body of another protocol has a form of its own.
        if ((body as { protocol?: string }).protocol === undefined && protocol !== 'modbus_tcp') continue;
        const { ok } = judgedDevice(body);
        // No schema of a single field has rules across fields: some forms leave them to the API.
        const spec = specs.get(protocol);
        if (
          !ok &&
          isDevice(body) &&
          !spec?.words.deviceForm &&
          spec &&
          bodies().devices.createOf(spec).safeParse(body).success
        )
          continue;
        expect([body, isDevice(body)]).toEqual([body, ok]);
        if (!ok) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(150);
  });

  it('has words for everything in both languages', () => {
    const silent: string[] = [];
    const look = (schema: Record<string, unknown>, path: string): void => {
      for (const [name, each] of Object.entries((schema.properties ?? {}) as Record<string, typeof schema>)) {
        const words = each['x-label'] as { en?: string; zh?: string } | undefined;
        if (!words?.en || !words.zh) silent.push(`${path}.${name}`);
        const options = each['x-options'] as Record<string, unknown> | undefined;
        for (const value of ((each.const === undefined && each.enum) || []) as string[]) {
          if (options?.[value] === undefined) silent.push(`${path}.${name}: ${value}`);
        }
        for (const inner of [each, ...((each.anyOf ?? []) as (typeof schema)[])]) {
          look(inner, `${path}.${name}`);
          if (inner.items) look(inner.items as typeof schema, `${path}.${name}`);
        }
      }
    };
    look(device, 'device');
    look(point, 'point');
    if (specs.get(protocol)?.frameParts) expect(Object.keys(form.frame_parts)).not.toEqual([]);
    silent.push(...Object.entries(form.frame_parts).flatMap(([part, { en, zh }]) => (en && zh ? [] : part)));
    expect(silent).toEqual([]);
  });
});

describe('the form of a point', () => {
  it('refuses what the API refuses, and takes what it takes', () => {
    const { point, isPoint } = tcp;
    let refused = 0;
    for (const example of examplesOf(point)) {
      for (const body of spoiled(example, point)) {
        const result = judgedModbus(body);
        const fields = new Set(result.ok ? [] : result.issues.map(({ path }) => path[0]));
        if (!result.ok) refused += 1;
        if (!result.ok && isPoint(body) && isBetweenFields(body, fields)) continue;
        expect([body, isPoint(body)]).toEqual([body, result.ok]);
      }
    }
    expect(refused).toBeGreaterThan(400);
  });

  it('says of each table and type which fields go with it', () => {
    for (const table of registerTables) {
      for (const data_type of dataTypes) {
        const body = {
          code: 'x',
          table,
          address: 0,
          data_type,
          ...(data_type === 'string' && { length: 2 }),
        };
        for (const more of [
          {},
          { bit: 1 },
          { byte: 'low' },
          { length: 2 },
          { encoding: 'gbk' },
          { writable: true },
        ]) {
          const point = { ...body, ...more };
          expect([point, tcp.isPoint(point)]).toEqual([point, judgedModbus(point).ok]);
        }
      }
    }
  });

  it('reads every notation of an address as the API does', () => {
    for (const address of [
      '40001',
      '400001',
      '465536',
      '00017',
      '10001',
      '30101',
      '0x1F',
      '0xffff',
      '0',
      '100',
      '9999',
    ]) {
      const notation = tcp.notations.find(({ pattern }) => new RegExp(pattern).test(address));
      const [, digits = ''] = new RegExp(notation?.pattern ?? '').exec(address) ?? [];
      const number = Number.parseInt(digits, notation?.radix) - (notation?.first ?? 0);
      const isNumber = notation?.radix === 10 && notation.first === 0;
      const { table = undefined } = notation?.sets ?? {};
      expect({ ok: true, table, address: number }).toEqual(
        parseAddress(isNumber ? Number(address) : address, undefined),
      );
    }
    for (const odd of ['4001', '40000x', '0x12345', '-1', 'D100']) {
      const fits = tcp.notations.filter(({ pattern, first }) => new RegExp(pattern).test(odd) && first === 1);
      expect([odd, fits]).toEqual([odd, []]);
    }
  });
});

/**
 * Whether these fields break only rules that the form leaves to the API: an end beyond the last address, what an
 * enumeration or an array excludes, and what a table excludes that only the notation of the address names.
 */
function isBetweenFields(
  body: Record<string, unknown>,
  fields: ReadonlySet<PropertyKey | undefined>,
): boolean {
  const isNamed = body.table === undefined;
  const hasNames = body.enumeration !== undefined;
  const across: Record<PropertyKey, boolean> = {
    address: body.address === 65_535,
    data_type: isNamed,
    bit: isNamed,
    writable: isNamed || body.bit !== undefined || body.count !== undefined,
    enumeration: hasNames,
    ...Object.fromEntries(
      ['scale', 'offset', 'precision', 'valid_min', 'valid_max'].map((field) => [field, hasNames]),
    ),
  };
  return [...fields].every((field) => across[field ?? ''] === true);
}
