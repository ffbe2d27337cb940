import { specs } from '@holdfast/drivers/specs.ts';
import { type JudgedPoint, judgedDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { readListFile } from '../../../spreadsheets/read/read-list-file.ts';
import type { ImportSettings } from '../import-settings.ts';
import { judgeList, placedFaults } from '../judge-list.ts';
import type { KnownConfiguration, KnownDevice } from '../known-configuration.ts';
import { openList } from '../open-list.ts';

const settings: ImportSettings = { mode: 'merge', columns: {}, answers: {}, accepted: false, cells: {} };

function device(
  id: number,
  protocol: string,
  { connection, points = [] }: { connection: object; points?: readonly object[] },
): KnownDevice {
  const spec = specs.get(protocol);
  if (!spec) throw new Error(protocol);
  const parsed = spec.connection.parse(connection);
  const configuredPoints = points.map((body, index) => {
    const verdict = judgedDevicePoint({ spec, connection: parsed }, body);
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.issues));
    const { common, address } = verdict.value;
    return [common.code, { id: id * 100 + index, version: '1', common, address }] as const;
  });
  return {
    id,
    spec,
    connection: parsed,
    flat: { protocol, site: null, ...parsed },
    points: new Map(configuredPoints),
  };
}

export const configurationOf = (
  ...devices: readonly (readonly [string, KnownDevice])[]
): KnownConfiguration => ({
  devices: new Map(devices),
  sites: new Map([['hall-1', 1]]),
  specOf: (protocol) => specs.get(String(protocol ?? 'modbus_tcp')),
});
export const press = (points: readonly object[] = []) =>
  configurationOf(['press', device(1, 'modbus_tcp', { connection: { host: '10.0.0.1' }, points })]);

/** Judges a list in CSV, or in a workbook. */
export async function judgeCsv(file: string | Buffer, from = press(), more: Partial<ImportSettings> = {}) {
  const list = openList(await readListFile(Buffer.from(file)), { ...settings, ...more });
  const judgement = await judgeList(list, { ...settings, ...more }, from);
  const faultsOf = placedFaults(list);
  return {
    ...judgement,
    columns: list.columns,
    states: judgement.rows.map(({ state, code }) => `${code} ${state}`),
    faults: judgement.rows.flatMap((row) =>
      faultsOf(row).map(
        ({ cell, column, value, code, message }) => `${cell} ${column} "${value}" ${code}: ${message}`,
      ),
    ),
    points: judgement.rows.map(({ point }) => point as JudgedPoint),
  };
}
