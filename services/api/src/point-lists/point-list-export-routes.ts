import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { bodies } from '@holdfast/drivers/bodies.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { flatPoint, validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import {
  importTemplateQuerySchema,
  listTypes,
  pointExportQuerySchema,
} from '@holdfast/shared/contracts/http/point-list-http.ts';
import * as z from 'zod';
import type { Database } from '../database/open-database.ts';
import { type Route, route } from '../http/route.ts';
import { spokenLanguage } from '../problems/localize.ts';
import type { Language } from '../problems/negotiate-language.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import type { TableRow } from '../spreadsheets/write/workbook.ts';
import { exportedDevices, exportedPoints } from './exported-points.ts';
import { columnNames } from './judging/open-list.ts';
import { listDownload } from './list-download.ts';
import { ListTable } from './list-table.ts';
import { pointListsText } from './texts.ts';

const types = [listTypes.csv, listTypes.xlsx];

/** Routes for lists of points: exports, and templates to fill in. */
export function pointListExportRoutes(database: Database): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/exports/points',
      role: 'viewer',
      sites: ({ query: { device = [] } }) => ({ deviceCodes: device }),
      tag: 'Configuration',
      summary: 'Download points as CSV or XLSX, as an import takes them',
      answer: { type: types, description: 'A line for each point, device after device' },
      schema: { querystring: pointExportQuerySchema },
      handler: async (request, reply) => {
        const { device, format, encoding, separator, language = spokenLanguage() } = request.query;
        const devices = await exportedDevices(database, { codes: device, sites: request.grantedSites });
        const unknown = device?.find((code) => !devices.some((each) => each.code === code));
        if (unknown !== undefined)
          throw validationFailed([
            { path: 'device', message: pointListsText('no_device_with_code', { code: unknown }) },
          ]);
        const table = new ListTable({ specs: usedBy(devices), language });
        const batches = exportedPoints(database, devices);
        const first = await batches.next();
        const rows = async function* (): AsyncGenerator<TableRow[]> {
          for (let next = first; next.done !== true; next = await batches.next())
            yield next.value.map(({ spec, flat }) => table.row(spec, flat));
        };
        const { type, body } = listDownload({
          format,
          encoding,
          separator,
          sheetName: 'points',
          head: table.head,
          rows: rows(),
        });
        return reply
          .type(type)
          .header('content-disposition', `attachment; filename="holdfast-points.${format}"`)
          .send(body);
      },
    }),
    route({
      method: 'GET',
      url: '/api/config/import-templates/:protocol',
      role: 'viewer',
      sites: 'own',
      tag: 'Configuration',
      summary: 'Download an empty list of points for a protocol, with examples',
      answer: { type: types, description: 'Headers, and some points as examples' },
      schema: {
        params: z.object({ protocol: z.string().max(64).describe('Name of a protocol, such as modbus_tcp') }),
        querystring: importTemplateQuerySchema,
      },
      handler: async (request, reply) => {
        const { format, encoding, separator, language = spokenLanguage() } = request.query;
        const { protocol } = request.params;
        const spec = specs.get(protocol);
        if (!spec) throw noProtocol(protocol);
        const { table, rows } = templateRows(spec, language);
        const all = async function* (): AsyncGenerator<readonly TableRow[]> {
          yield rows;
        };
        const { type, body } = listDownload({
          format,
          encoding,
          separator,
          sheetName: 'points',
          head: table.head,
          rows: all(),
        });
        return reply
          .type(type)
          .header('content-disposition', `attachment; filename="holdfast-points-${protocol}.${format}"`)
          .send(body);
      },
    }),
  ];
}

/** The specs of the devices, only one of several with the same place fields. */
function usedBy(devices: readonly { readonly spec: DriverSpec }[]): DriverSpec[] {
  const specByPlace = new Map(devices.map(({ spec }) => [spec.place, spec]));
  const [first] = specs.values();
  return specByPlace.size > 0 || !first ? [...specByPlace.values()] : [first];
}

function noProtocol(protocol: string): Problem {
  const protocols = [...specs.keys()].join(', ');
  return new Problem(
    'route_not_found',
    pointListsText('route_not_found', { protocol: JSON.stringify(protocol), names: protocols }),
  );
}

/** A list to fill in, with the examples from the protocol's own forms. An import accepts it unchanged. */
function templateRows(
  spec: DriverSpec,
  language: Language,
): { readonly table: ListTable; readonly rows: readonly TableRow[] } {
  const [example = {}] = spec.words.deviceExamples;
  const device: Record<string, unknown> = { ...example, protocol: spec.protocol };
  const connection = bodies().devices.connectionIn(spec, device) as Record<string, unknown>;
  const fieldsByName = columnNames().fields;
  const own = Object.keys(spec.connection.shape).filter(
    (name) => fieldsByName.get(name)?.of === 'connection' && (name in example || isUsual(name, spec)),
  );
  // A serial line does not fit into cells, so a device on one must be made beforehand.
  const described = Object.fromEntries(own.map((name) => [name, connection[name]]));
  const canBeMade = bodies().devices.judged({ code: device.code, protocol: spec.protocol, ...described }).ok;
  const ofDevice = canBeMade ? ['protocol', ...own] : [];
  const table = new ListTable({ specs: [spec], language, isTemplate: true, ofDevice });
  const about = { ...connection, protocol: spec.protocol, device: device.code };
  const rows = spec.words.pointExamples.flatMap((point) => {
    const verdict = validateDevicePoint({ spec, connection }, point);
    if (!verdict.ok) return [];
    const { common, address } = verdict.value;
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

/** Whether a field usually is in a list: the port, and the field that distinguishes devices behind one endpoint. */
function isUsual(name: string, { unitField }: DriverSpec): boolean {
  return name === 'port' || name === unitField;
}
