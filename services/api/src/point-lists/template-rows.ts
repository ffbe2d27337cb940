import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { bodies } from '@holdfast/drivers/bodies.ts';
import { flatPoint, judgedDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import type { Language } from '../problems/wanted-language.ts';
import type { TableRow } from '../tables/workbook.ts';
import { columnNames } from './judging/open-list.ts';
import { ListTable } from './list-table.ts';

/** A list to fill in, with the examples from the protocol's own forms. An import accepts it unchanged. */
export function templateRows(
  spec: DriverSpec,
  language: Language,
): { readonly table: ListTable; readonly rows: readonly TableRow[] } {
  const [example = {}] = spec.words.deviceExamples;
  const device: Record<string, unknown> = { ...example, protocol: spec.protocol };
  const connection = bodies().devices.connectionIn(spec, device) as Record<string, unknown>;
  const known = columnNames().fields;
  const own = Object.keys(spec.connection.shape).filter(
    (name) => known.get(name)?.of === 'connection' && (name in example || isUsual(name, spec)),
  );
  // A serial line does not fit into cells, so a device on one must be made beforehand.
  const described = Object.fromEntries(own.map((name) => [name, connection[name]]));
  const canBeMade = bodies().devices.judged({ code: device.code, protocol: spec.protocol, ...described }).ok;
  const ofDevice = canBeMade ? ['protocol', ...own] : [];
  const table = new ListTable({ specs: [spec], language, isTemplate: true, ofDevice });
  const about = { ...connection, protocol: spec.protocol, device: device.code };
  const rows = spec.words.pointExamples.flatMap((point) => {
    const judged = judgedDevicePoint({ spec, connection }, point);
    if (!judged.ok) return [];
    const { common, address } = judged.value;
    return [
      table.row(spec, {
        ...flatPoint(spec, { ...common, address }),
        ...about,
        enabled: null,
        writable: common.writable || null,
      }),
    ];
  });
  return { table, rows };
}

/** Whether a field usually is in a list: the port, and the field that tells devices behind one endpoint apart. */
function isUsual(name: string, { unitField }: DriverSpec): boolean {
  return name === 'port' || name === unitField;
}
