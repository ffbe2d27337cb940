import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { bodies } from '@holdfast/drivers/bodies.ts';
import { connectionOf, type DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import type { ListField } from '../columns/list-fields.ts';
import { pointListsText } from '../texts.ts';
import type { CurrentConfiguration, CurrentDevice } from './current-configuration.ts';
import type { FieldFault } from './row-fault.ts';
import { fieldsOf, type RowReading } from './row-reading.ts';

/** The device of a row: an existing one, or one that the rows describe. */
export type RowDevice =
  | {
      readonly isNew: false;
      readonly code: string;
      readonly spec: DriverSpec;
      readonly connection: object;
      readonly current: CurrentDevice;
    }
  | {
      readonly isNew: true;
      readonly code: string;
      readonly spec: DriverSpec;
      readonly connection: object;
      readonly line: number;
      /** The device's fields from its first row. */
      readonly fields: Readonly<Record<string, unknown>>;
      readonly body: DeviceCreate | undefined;
      /** Faults in the device's first row. */
      readonly faults: readonly FieldFault[];
    };

const common = ['protocol', 'site', 'device_name', 'measurement'];

/** Finds the devices of rows. Each device is judged once, by the first row that names it. */
export class RowDevices {
  readonly #configuration: CurrentConfiguration;
  readonly #fields: ReadonlyMap<string, ListField>;
  readonly #deviceByCode = new Map<string, RowDevice>();

  constructor(configuration: CurrentConfiguration, fields: ReadonlyMap<string, ListField>) {
    this.#configuration = configuration;
    this.#fields = fields;
  }

  get all(): readonly RowDevice[] {
    return [...this.#deviceByCode.values()];
  }

  of(code: string, reading: RowReading): RowDevice {
    const device = this.#deviceByCode.get(code) ?? this.#make(code, reading);
    this.#deviceByCode.set(code, device);
    return device;
  }

  /** Faults where a row contradicts the device. @param more device fields from the row's address */
  contradictions(
    device: RowDevice,
    reading: RowReading,
    more: Readonly<Record<string, unknown>>,
  ): FieldFault[] {
    const fields: Record<string, unknown> = { ...this.#deviceFields(reading), ...more };
    return Object.entries(fields).flatMap(([field, value]): FieldFault[] => {
      if (device.isNew) {
        const first = device.fields[field] ?? (device.connection as Record<string, unknown>)[field];
        if (device.line === reading.line || isSame(first ?? '', value)) return [];
        const row = device.line;
        const message =
          (first ?? '') === ''
            ? pointListsText('row_leaves_it_empty', { row })
            : pointListsText('row_says_otherwise', { row, value: String(first) });
        return [{ field, code: 'contradicts', message }];
      }
      // The name is for people, and may have been changed since.
      if (field === 'device_name') return [];
      const now = device.current.flat[field];
      if (now === undefined || isSame(now, value)) return [];
      const message = pointListsText('device_says_otherwise', {
        device: device.code,
        value: now === null || now === '' ? pointListsText('nothing') : String(now),
      });
      return [{ field, code: 'contradicts', message }];
    });
  }

  #deviceFields({ values }: RowReading): Record<string, unknown> {
    const own = fieldsOf(values, this.#fields, 'connection');
    return {
      ...Object.fromEntries(
        common.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
      ),
      ...own,
    };
  }

  #make(code: string, reading: RowReading): RowDevice {
    const current = this.#configuration.devices.get(code);
    if (current) return { isNew: false, code, spec: current.spec, connection: current.connection, current };
    const fields = this.#deviceFields(reading);
    const { protocol, site, device_name, measurement, ...own } = fields;
    const spec = bodies().devices.specOf({ protocol });
    if (!spec) throw new Error(`there is no protocol ${protocol}`);
    const faults: FieldFault[] = [];
    const site_id = site === undefined ? null : this.#configuration.sites.get(String(site));
    if (site_id === undefined)
      faults.push({
        field: 'site',
        code: 'unknown_site',
        message: pointListsText('no_site_with_code', { code: String(site) }),
      });
    const describing = Object.keys(spec.connection.shape).filter((name) => own[name] !== undefined);
    const line = reading.line;
    const nothing = {
      isNew: true,
      code,
      spec,
      connection: bodies().devices.connectionIn(spec, own),
      line,
      fields,
    } as const;
    if (describing.length === 0) {
      const message = pointListsText('no_such_device_without_columns', { code });
      return { ...nothing, body: undefined, faults: [{ field: 'device', code: 'unknown_device', message }] };
    }
    const verdict = bodies().devices.judged({
      ...{ code, protocol: spec.protocol, site_id: site_id ?? null },
      ...(device_name !== undefined && { name: device_name }),
      ...(measurement !== undefined && { measurement }),
      ...own,
    });
    if (!verdict.ok) {
      faults.push(
        ...verdict.issues.map(({ path, message }): FieldFault => {
          const field = String(path[0] ?? 'device');
          return {
            field: field === 'code' ? 'device' : field === 'name' ? 'device_name' : field,
            code: 'refused',
            message,
          };
        }),
      );
    }
    if (!verdict.ok || faults.length > 0) return { ...nothing, body: undefined, faults };
    return { ...nothing, connection: connectionOf(spec, verdict.value), body: verdict.value, faults: [] };
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}
