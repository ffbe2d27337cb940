import { specs } from '@holdfast/drivers/specs.ts';
import { validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { type InEachLanguage, inEachLanguage, type Text } from '@holdfast/texts/text.ts';
import { readListFile } from '../../../spreadsheets/read/read-list-file.ts';
import type { CurrentConfiguration, CurrentDevice } from '../current-configuration.ts';
import type { ImportSettings } from '../import-settings.ts';
import { judgeList, placedFaults } from '../judge-list.ts';
import { openList } from '../open-list.ts';

const settings: ImportSettings = { mode: 'merge', columns: {}, answers: {}, accepted: false, cells: {} };

function device(
  id: number,
  protocol: string,
  { connection, points = [] }: { connection: object; points?: readonly object[] },
): CurrentDevice {
  const spec = specs.get(protocol);
  if (!spec) throw new Error(protocol);
  const parsed = spec.connection.parse(connection);
  const configuredPoints = points.map((body, index) => {
    const verdict = validateDevicePoint({ spec, connection: parsed }, body);
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
  ...devices: readonly (readonly [string, CurrentDevice])[]
): CurrentConfiguration => ({
  devices: new Map(devices),
  sites: new Map([['hall-1', 1]]),
  specOf: (protocol) => specs.get(String(protocol ?? 'modbus_tcp')),
});
export const press = (points: readonly object[] = []) =>
  configurationOf(['press', device(1, 'modbus_tcp', { connection: { host: '10.0.0.1' }, points })]);

/** Judges a list in CSV, or in a workbook. @returns the list and all that becomes of it, as text in both languages */
export async function judgeCsv(
  file: string | Buffer,
  from: CurrentConfiguration,
  more: Partial<ImportSettings> = {},
): Promise<string> {
  const list = openList(await readListFile(Buffer.from(file)), { ...settings, ...more });
  const { rows, devices, questions, notes } = await judgeList(list, { ...settings, ...more }, from);
  const faultsOf = placedFaults(list);
  const lines = [
    ...rows.flatMap((row) => {
      const { state, code, deviceCode, point, changes, reading } = row;
      const { task } = reading?.values ?? {};
      const fields = changes ?? (point && { ...point.common, ...(point.address as object) });
      const faults = faultsOf(row).map(
        ({ cell, column, value, code: why, message }) =>
          `  ${cell} ${column} ${JSON.stringify(value)} ${why}: ${wordings(message)}`,
      );
      return [
        `${reading ? `row ${reading.line}` : 'no row'}: ${deviceCode}/${code} ${state}${task ? `, task ${task}` : ''}${fields ? ` ${unusual(fields)}` : ''}`,
        ...faults,
      ];
    }),
    ...devices.map((each) => `device ${each.code}: ${each.isNew ? JSON.stringify(each.body) : 'exists'}`),
    ...questions.flatMap(({ name, text, choices, chosen, isGuess, isConfirmation, rows: some }) => [
      `question ${name}: ${chosen}, ${isGuess ? 'a guess' : 'answered'}${isConfirmation ? ', to be confirmed' : ''}: ${wordings(text)}`,
      ...choices.map(({ value, label }) => `  ${value}: ${wordings(label)}`),
      ...some.map(({ cell, value, meanings }) => `  ${cell} ${value}: ${JSON.stringify(meanings)}`),
    ]),
    ...notes.map((note) => `note: ${wordings(note)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const bothWordings = ({ en, zh }: InEachLanguage) => `${en} | ${zh}`;
const wordings = (text: Text) => bothWordings(inEachLanguage(text));

const usual: Readonly<Record<string, unknown>> = { scale: 1, offset: 0, enabled: true, writable: false };
/** Fields of a point that the list sets. */
const unusual = (fields: object) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(fields).filter(
        ([name, value]) => value !== null && value !== '' && value !== usual[name] && name !== 'code',
      ),
    ),
  );
