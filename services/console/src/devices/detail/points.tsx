import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { PointValueView } from '@holdfast/shared/contracts/http/points-http.ts';
import { pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { type Forms, useForms } from '../../forms/use-protocols.ts';
import { Age } from '../../parts/age.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { valueText } from '../../values/value-text.ts';
import { useLastValues, usePoints } from '../device-queries.ts';
import { useForbidden } from './may-do.ts';
import { lockOf } from './point-lock.ts';
import { TestRead } from './test-read.tsx';
import { type DeviceTexts, useDeviceTexts } from './texts.ts';
import { useTestRead } from './use-test-read.ts';

const WriteDialog = lazy(() => import('./write-dialog.tsx'));

const shownAtFirst = 30;

type ReadPoint = DeviceTestView['points'][number];

/** The points of a device: their places and last values, and a way to write those that can be written. */
export function Points({ device, sites }: { device: DeviceDetail; sites: readonly string[] | undefined }) {
  const { t } = useDeviceTexts();
  const points = usePoints(device.id);
  const test = useTestRead(device.id);
  const [find, setFind] = useState('');
  const [rowCount, setRowCount] = useState(shownAtFirst);
  const [pointToWrite, setPointToWrite] = useState<PointView>();
  const whyForbidden = useForbidden('engineer', sites);
  const forms = useForms(device.protocol);
  const last = byPoint(useLastValues(device.code).data ?? [], ({ point_code: code }) => code);
  const testValues = byPoint(test.done?.view.points ?? [], ({ code }) => code);
  const word = find.trim().toLowerCase();
  const isFound = ({ code, name }: PointView) => `${code} ${name}`.toLowerCase().includes(word);
  return (
    <section className="points">
      <TestRead device={device} sites={sites} test={test} />
      <QueryAnswer
        query={points}
        title={t('device.points.failed')}
        isEmpty={(all) => all.length === 0}
        empty={<p>{t('device.points.none')}</p>}
      >
        {(all) => {
          const matches = all.filter(isFound);
          return (
            <>
              <header>
                <h3>
                  {t('device.points')} <span className="quiet">{all.length}</span>
                </h3>
                {all.length > 10 && (
                  <input
                    type="search"
                    className="field points-find"
                    aria-label={t('device.points.find')}
                    placeholder={t('device.points.find')}
                    value={find}
                    onChange={({ target }) => setFind(target.value)}
                  />
                )}
              </header>
              <table className="points-table">
                <thead>
                  <tr>
                    <th scope="col">{t('device.points.code')}</th>
                    <th scope="col">{t('device.points.where')}</th>
                    <th scope="col" className="is-number">
                      {t('device.points.value')}
                    </th>
                    <th scope="col">{t('device.points.raw')}</th>
                    <th scope="col">
                      <span className="heard">{t('device.points.write')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {matches.slice(0, rowCount).map((point) => (
                    <PointRow
                      key={point.id}
                      point={point}
                      forms={forms}
                      last={last.get(point.code)}
                      testValues={testValues.get(point.code)}
                      readAt={test.done?.at}
                      whyForbidden={whyForbidden}
                      onWrite={() => setPointToWrite(point)}
                    />
                  ))}
                </tbody>
              </table>
              {matches.length > rowCount && (
                <Button className="button is-bare more" onPress={() => setRowCount(rowCount + 200)}>
                  {t('device.points.more', { count: matches.length - rowCount })}
                </Button>
              )}
              {whyForbidden !== undefined && all.some(({ writable }) => writable) && (
                <p className="quiet small">{whyForbidden}</p>
              )}
            </>
          );
        }}
      </QueryAnswer>
      {pointToWrite && (
        <Suspense fallback={null}>
          <WriteDialog
            device={device.code}
            point={pointToWrite}
            last={newestOf(
              last.get(pointToWrite.code)?.[0],
              testValues.get(pointToWrite.code)?.[0],
              test.done?.at,
            )}
            onClose={() => setPointToWrite(undefined)}
            onRead={() => {
              setPointToWrite(undefined);
              void test.start();
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

function PointRow({
  point,
  forms,
  last,
  testValues,
  readAt,
  whyForbidden,
  onWrite,
}: {
  point: PointView;
  forms: Forms | undefined;
  /** The stored values. */
  last: readonly PointValueView[] | undefined;
  /** The values that a test has read. */
  testValues: readonly ReadPoint[] | undefined;
  readAt: Date | undefined;
  whyForbidden: string | undefined;
  onWrite: () => void;
}) {
  const { t, locale, language } = useDeviceTexts();
  const { code, name, unit } = point;
  const lock = lockOf(point, forms);
  const place = forms && pointPlace(forms, point, language);
  const stored = last?.[0]?.time ?? null;
  // The newer of both is shown: a test from an hour ago says nothing about now.
  const isTested =
    testValues !== undefined && (stored === null || (readAt?.getTime() ?? 0) > Date.parse(stored));
  const values = isTested ? testValues : last?.filter(({ value }) => value !== null);
  const at = isTested ? readAt?.toISOString() : stored;
  const why = isTested ? testValues.find(({ quality }) => quality === 'bad') : undefined;
  return (
    <tr>
      <th scope="row">
        {code}
        {name && name !== code && <span className="under">{name}</span>}
      </th>
      <td className="small">
        {place?.address}
        <span className="under">{[point.data_type, ...(place?.more ?? [])].join(' · ')}</span>
      </td>
      <td className="is-number">
        {values ? valuesText(t, locale, values) : '–'} {values?.some(({ value }) => value !== null) && unit}
        {at != null && (
          <span className="under">
            <Age since={at} />
          </span>
        )}
        {why && <span className="under is-why">{why.detail}</span>}
        {why?.met_limit && <span className="under is-why">{t(`device.met.${why.met_limit}`)}</span>}
      </td>
      <td className="small">
        <code>{testValues?.[0]?.raw.slice(0, 8).join(' ')}</code>
        {(testValues?.[0]?.raw.length ?? 0) > 8 && ' …'}
      </td>
      <td className="small">
        {lock === undefined ? (
          <Button
            className="button is-small"
            aria-label={`${t('device.points.write')} ${code}`}
            isDisabled={whyForbidden !== undefined}
            onPress={onWrite}
          >
            {t('device.points.write')}
          </Button>
        ) : (
          <span className="quiet">{t(lock)}</span>
        )}
      </td>
    </tr>
  );
}

/** The value that was read last, and when. */
function newestOf(
  stored: PointValueView | undefined,
  tested: ReadPoint | undefined,
  testedAt: Date | undefined,
): { readonly at: Date; readonly value: number | boolean | string } | undefined {
  const candidates = [
    stored?.time != null && stored.value !== null && { at: new Date(stored.time), value: stored.value },
    tested != null && testedAt && tested.value !== null && { at: testedAt, value: tested.value },
  ].filter((each) => each !== false && each !== undefined);
  return candidates.sort((one, other) => other.at.getTime() - one.at.getTime())[0];
}

/** Values by the code of their point; values of an array carry an index in theirs. */
function byPoint<T>(values: readonly T[], codeOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(values, (value) => codeOf(value).replace(/\[\d+\]$/, ''));
}

type PointValue = Pick<ReadPoint, 'value'> & { readonly quality: ReadPoint['quality'] | null };

const valuesShown = 4;

function valuesText(t: DeviceTexts['t'], locale: string, values: readonly PointValue[]): string {
  if (values.length === 0) return '–';
  const textOfValue = valueText({ locale, yes: t('device.on'), no: t('device.off') });
  const texts = values.slice(0, valuesShown).map(({ value, quality }) => {
    if (value === null) return t('device.quality.bad');
    return quality === 'uncertain'
      ? `${textOfValue(value)} (${t('device.quality.uncertain')})`
      : textOfValue(value);
  });
  return texts.join(t('app.list')) + (values.length > valuesShown ? ' …' : '');
}
