import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { kindOf } from '../../forms/form-schema.ts';
import type { Forms } from '../../forms/use-protocols.ts';

/** Fields that say where a device is, such as its host and its number behind a gateway; settings with a unit are none. */
export function placeFields({ device }: Pick<Forms, 'device'>): string[] {
  const fields = device['x-groups'].find(({ name }) => name === 'connection')?.fields ?? [];
  return fields.filter((field) => {
    const schema = device.properties[field];
    return (
      schema !== undefined && schema['x-unit'] === undefined && ['text', 'whole'].includes(kindOf(schema))
    );
  });
}

/** Where a device is: its host and port, or its serial line; then the numbers that are not the usual ones. */
export function placeOf(device: DeviceView, form: Pick<Forms, 'device'> | undefined): string {
  const { host, port, serial } = device as Readonly<Record<string, unknown>>;
  const line = (serial as { readonly path?: string } | null | undefined)?.path;
  const endpoint = line ?? (host ? `${host}:${port}` : '');
  const numbers = (form ? placeFields(form) : []).flatMap((field) => {
    const value = device[field];
    const isUsual = value === form?.device.properties[field]?.default;
    return field === 'port' || typeof value !== 'number' || isUsual ? [] : [`#${value}`];
  });
  return [endpoint, ...numbers].filter(Boolean).join(' ');
}
