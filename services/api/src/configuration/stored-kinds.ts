import { valueCodes } from '@holdfast/driver/point.ts';
import { type ValueKind, valueKind } from '@holdfast/driver/values/value-kind.ts';
import { type SampleStore, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { withoutNulls } from '@holdfast/shared/contracts/http/without-nulls.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Database } from '../database/open-database.ts';

export type KindsOfStore = Pick<SampleStore, 'kindsOf' | 'lastValues'>;

export type KindOfPoint = Pick<PointView, 'device_id' | 'code' | 'count' | 'data_type' | 'enumeration'>;

const kindNames: Readonly<Record<ValueKind, Text>> = {
  number: fieldText('kind_numbers'),
  truth: fieldText('kind_booleans'),
  text: fieldText('kind_texts'),
};

/**
 * Why points may not have their kind, if they may not: values of another kind are stored under the same device and code,
 * next to which InfluxDB takes none of this kind, and no chart combines both. One entry for each point, in order.
 * @throws SampleStoreUnavailable
 */
export async function kindFaults(
  store: KindsOfStore,
  transaction: Database,
  points: readonly KindOfPoint[],
): Promise<readonly (Text | undefined)[]> {
  if (points.length === 0) return [];
  const devices = await transaction
    .selectFrom('devices')
    .select(['id', 'code', 'measurement'])
    .where('id', 'in', [...new Set(points.map(({ device_id }) => device_id))])
    .execute();
  const device = new Map(devices.map((each) => [each.id, each]));
  const places = await Array.fromAsync(makingWay(points), (point) => {
    const { code: deviceCode = '', measurement } = device.get(point.device_id) ?? {};
    const { code, count } = withoutNulls({ code: point.code, count: point.count });
    const [pointCode = point.code] = valueCodes({ code: code ?? point.code, count });
    return { deviceCode, measurement: measurement ?? deviceCode, pointCode };
  });
  const kindsStored = await store.kindsOf(places);
  return points.map((point, index) => {
    const kind = kindOf(point);
    const others = [...(kindsStored[index] ?? [])].filter((each) => each !== kind);
    if (others.length === 0) return undefined;
    const { deviceCode } = places[index] ?? { deviceCode: '' };
    return fieldText('stored_kind_differs', {
      stored: others.map((each) => kindNames[each]),
      point: `${deviceCode}/${point.code}`,
      kind: kindNames[kind],
      other: `${point.code}_2`,
    });
  });
}

/** As `kindFaults`, for new points; finds none while the store cannot be asked, so that points can still be made. */
export async function kindFaultsOrNone(
  ...[store, transaction, points]: Parameters<typeof kindFaults>
): Promise<readonly (Text | undefined)[]> {
  try {
    return await kindFaults(store, transaction, points);
  } catch (error) {
    if (error instanceof SampleStoreUnavailable) return [];
    throw error;
  }
}

export function kindOf({
  data_type,
  enumeration,
}: Pick<KindOfPoint, 'data_type' | 'enumeration'>): ValueKind {
  return valueKind({ data_type, enumeration: enumeration ?? undefined });
}
