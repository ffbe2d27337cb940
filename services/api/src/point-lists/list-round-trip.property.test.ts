import { buffer } from 'node:stream/consumers';
import { bodies } from '@holdfast/drivers/bodies.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { flatPoint, validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readListFile } from '../spreadsheets/read/read-list-file.ts';
import type { CurrentConfiguration } from './judging/current-configuration.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { judgeList } from './judging/judge-list.ts';
import { openList } from './judging/open-list.ts';
import { listDownload } from './list-download.ts';
import { ListTable } from './list-table.ts';

const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', maxLength })
    .map((value) => value.normalize('NFC').replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ''))
    // A cell with only blanks is an empty cell.
    .map((value) => (value.trim() === '' ? '' : value));
const awkward = fc.constantFrom(
  "'",
  "'=1",
  '=1+1',
  '-5',
  '007',
  '1e3',
  'a,b',
  'say "x"',
  '_x000D_',
  'true',
  '设备',
  '0=a;b',
);
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
  .map((value) => value + 0);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 1 });
const pointFields = fc.record({
  code: fc.oneof(text(20), awkward),
  name: fc.oneof(text(30), awkward),
  unit: fc.oneof(text(8), fc.constantFrom('m³', '℃', '%')),
  scale: maybe(number),
  offset: maybe(number),
  precision: maybe(fc.integer({ min: 0, max: 15 })),
  valid_min: maybe(number),
  count: maybe(fc.integer({ min: 1, max: 4 })),
  enabled: fc.boolean(),
  period_ms: maybe(fc.integer({ min: 10, max: 86_400_000 })),
  report: maybe(fc.constant({ deadband_absolute: 0.5, heartbeat_ms: 1_000 })),
  linear: maybe(
    fc.record({ raw_min: fc.constant(0), raw_max: number, eng_min: fc.constant(1), eng_max: number }),
  ),
  enumeration: maybe(
    fc.dictionary(fc.constantFrom('0', '1', '2'), fc.oneof(text(10), awkward), { minKeys: 1 }),
  ),
  example: fc.nat(),
});

const anyList = fc.record({
  protocol: fc.constantFrom(...specs.keys()),
  points: fc.array(pointFields, { minLength: 1, maxLength: 12 }),
  format: fc.constantFrom('csv', 'xlsx'),
  encoding: fc.constantFrom('utf-8', 'gb18030'),
  separator: fc.constantFrom('comma', 'semicolon'),
  language: fc.constantFrom('en', 'zh'),
  mode: fc.constantFrom('merge', 'replace'),
});

it('a list that was exported is taken as what it is, whatever stands in it', async () => {
  let points = 0;
  await fc.assert(
    fc.asyncProperty(
      anyList,
      async ({ protocol, points: examples, format, encoding, separator, language, mode }) => {
        const spec = specs.get(protocol);
        if (!spec) throw new Error(protocol);
        const connection = bodies().devices.connectionIn(spec, spec.words.deviceExamples[0]);
        const storedPoints = new Map(
          examples.flatMap(({ example, ...fields }, index) => {
            const { pointExamples } = spec.words;
            const fieldsGiven = Object.fromEntries(
              Object.entries(fields).filter(([, value]) => value !== undefined),
            );
            const verdict = validateDevicePoint(
              { spec, connection },
              { ...pointExamples[example % pointExamples.length], ...fieldsGiven },
            );
            if (!verdict.ok) return [];
            const { common, address } = verdict.value;
            return [[common.code, { id: index + 1, version: '1', common, address }] as const];
          }),
        );
        fc.pre(storedPoints.size > 0);
        const configuration: CurrentConfiguration = {
          devices: new Map([
            ['press', { id: 1, spec, connection, flat: { protocol }, points: storedPoints }],
          ]),
          sites: new Map(),
          specOf: () => spec,
        };
        const table = new ListTable({ specs: [spec], language });
        const rows = async function* () {
          yield [...storedPoints.values()].map(({ common, address }) =>
            table.row(spec, { ...flatPoint(spec, { ...common, address }), device: 'press' }),
          );
        };
        const { body } = listDownload({
          format,
          encoding,
          separator,
          sheetName: 'points',
          head: table.head,
          rows: rows(),
        });
        const settings: ImportSettings = { mode, columns: {}, answers: {}, accepted: false, cells: {} };
        const list = openList(await readListFile(await buffer(body)), settings);
        const { rows: judgedRows, questions } = await judgeList(list, settings, configuration);
        points += storedPoints.size;
        expect(questions).toEqual([]);
        expect(
          judgedRows.map(({ state, code, changes, faults }) => ({ state, code, changes, faults })),
        ).toEqual(
          [...storedPoints.keys()].map((code) => ({ state: 'same', code, changes: undefined, faults: [] })),
        );
      },
    ),
    { numRuns: 100, seed: 21 },
  );
  expect(points).toBeGreaterThan(100);
});
