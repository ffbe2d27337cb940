import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { describe, expect, it } from 'vitest';
import { bodies } from './bodies.ts';
import { specs } from './specs.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** The page on each protocol's devices and points: its driver's README, but a document for the three Modbus protocols. */
const pages = [...specs.keys()]
  .filter((protocol) => !['modbus_rtu', 'modbus_rtu_over_tcp'].includes(protocol))
  .map((protocol) => [
    protocol,
    protocol === 'modbus_tcp' ? 'docs/modbus.md' : `drivers/${protocol}/README.md`,
  ]);

describe.each(pages as [string, string][])('the page of %s', (protocol, path) => {
  const page = readFileSync(join(root, path), 'utf8');
  const spec = specs.get(protocol);
  if (!spec) throw new Error(protocol);

  it('names each field of its devices and points', () => {
    const fields = [...Object.keys(spec.connection.shape), ...Object.keys(spec.place.shape)];
    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(page))).toEqual([]);
  });

  it('has devices and points that are taken as they stand there', () => {
    const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)]
      .flatMap(([, block = '']) => block.split('\n'))
      .filter((line) => line.startsWith('{') && line.includes('"code"'));
    let connection: object | undefined;
    for (const line of examples) {
      const body = JSON.parse(line);
      if (body.protocol !== undefined) {
        expect([line, bodies().devices.judged(body)]).toMatchObject([line, { ok: true }]);
        connection = bodies().devices.connectionIn(spec, body);
      } else {
        if (!connection) throw new Error(`${line} is of no device`);
        expect([line, validateDevicePoint({ spec, connection }, body)]).toMatchObject([line, { ok: true }]);
      }
    }
    // The examples of Modbus are commands, which other tests run.
    if (protocol !== 'modbus_tcp') expect(examples.length).toBeGreaterThan(6);
  });
});
