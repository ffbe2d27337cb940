import type { DeviceDetail, PointView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { neverWritten } from '@holdfast/shared/domain/register/never-written.ts';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Answered } from '../../parts/answered.tsx';
import { usePoints } from '../device-queries.ts';
import { type DeviceTexts, useDeviceTexts } from '../texts.ts';
import { useForbidden } from './may-do.ts';
import { valueText } from './shown-value.ts';
import { TestRead } from './test-read.tsx';
import { useTestRead } from './use-test-read.ts';

const WriteDialog = lazy(() => import('./write-dialog.tsx'));

const shownAtFirst = 30;

type ReadPoint = DeviceTestView['points'][number];

/** The points of a device: where they are, what they were when they were read last, and a way to write those that may be. */
export function Points({ device, sites }: { device: DeviceDetail; sites: readonly string[] | undefined }) {
  const { t } = useDeviceTexts();
  const points = usePoints(device.id);
  const test = useTestRead(device.id);
  const [find, setFind] = useState('');
  const [shown, setShown] = useState(shownAtFirst);
  const [written, setWritten] = useState<PointView>();
  const forbidden = useForbidden('engineer', sites);
  const read = byPoint(test.done?.view.points ?? []);
  const word = find.trim().toLowerCase();
  const isFound = ({ code, name }: PointView) => `${code} ${name}`.toLowerCase().includes(word);
  return (
    <section className="points">
      <TestRead device={device} sites={sites} test={test} />
      <Answered
        query={points}
        title={t('device.points.failed')}
        isEmpty={(all) => all.length === 0}
        empty={<p>{t('device.points.none')}</p>}
      >
        {(all) => {
          const found = all.filter(isFound);
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
                  {found.slice(0, shown).map((point) => (
                    <PointRow
                      key={point.id}
                      point={point}
                      read={read.get(point.code)}
                      forbidden={forbidden}
                      onWrite={() => setWritten(point)}
                    />
                  ))}
                </tbody>
              </table>
              {found.length > shown && (
                <Button className="button is-bare more" onPress={() => setShown(shown + 200)}>
                  {t('device.points.more', { count: found.length - shown })}
                </Button>
              )}
              {forbidden !== undefined && all.some(({ writable }) => writable) && (
                <p className="quiet small">{forbidden}</p>
              )}
            </>
          );
        }}
      </Answered>
      {written && (
        <Suspense fallback={null}>
          <WriteDialog
            device={device.code}
            point={written}
            last={test.done && { at: test.done.at, read: read.get(written.code)?.[0] }}
            onClose={() => setWritten(undefined)}
            onRead={() => {
              setWritten(undefined);
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
  read,
  forbidden,
  onWrite,
}: {
  point: PointView;
  read: readonly ReadPoint[] | undefined;
  forbidden: string | undefined;
  onWrite: () => void;
}) {
  const { t, locale } = useDeviceTexts();
  const { code, name, table, address, unit } = point;
  const locked = lockOf(point);
  const why = read?.find(({ quality }) => quality === 'bad');
  return (
    <tr>
      <th scope="row">
        {code}
        {name && name !== code && <span className="under">{name}</span>}
      </th>
      <td className="small">
        {t(`device.table.${table}`)} {address}
        <span className="under">{point.data_type}</span>
      </td>
      <td className="is-number">
        {read ? valuesText(t, locale, read) : '–'} {read && unit}
        {why && (
          <span className="under is-why" lang="en">
            {why.detail}
          </span>
        )}
        {why?.met_limit && <span className="under is-why">{t(`device.met.${why.met_limit}`)}</span>}
      </td>
      <td className="small">
        <code>{read?.[0]?.raw.slice(0, 8).join(' ')}</code>
        {(read?.[0]?.raw.length ?? 0) > 8 && ' …'}
      </td>
      <td className="small">
        {locked === undefined ? (
          <Button
            className="button is-small"
            aria-label={`${t('device.points.write')} ${code}`}
            isDisabled={forbidden !== undefined}
            onPress={onWrite}
          >
            {t('device.points.write')}
          </Button>
        ) : (
          <span className="quiet">{t(locked)}</span>
        )}
      </td>
    </tr>
  );
}

/** Why a point is never written; undefined when it may be. */
function lockOf(point: PointView) {
  const { table, bit, byte, count, length, data_type, writable } = point;
  const extent = {
    ...{ table, data_type },
    ...{
      bit: bit ?? undefined,
      byte: byte ?? undefined,
      count: count ?? undefined,
      length: length ?? undefined,
    },
  };
  if (neverWritten(extent) !== undefined) {
    if (table === 'input_register' || table === 'discrete_input') return 'device.points.neverTable';
    return count === null ? 'device.points.neverPart' : 'device.points.neverArray';
  }
  return writable ? undefined : 'device.points.readOnly';
}

/** Values by the code of their point: those of an array have an index. */
function byPoint(points: readonly ReadPoint[]): ReadonlyMap<string, readonly ReadPoint[]> {
  return Map.groupBy(points, ({ code }) => code.replace(/\[\d+\]$/, ''));
}

const valuesShown = 4;

function valuesText(t: DeviceTexts['t'], locale: string, read: readonly ReadPoint[]): string {
  const told = read.slice(0, valuesShown).map(({ value, quality }) => {
    if (value === null) return t('device.quality.bad');
    return quality === 'uncertain'
      ? `${valueText(locale, value)} (${t('device.quality.uncertain')})`
      : valueText(locale, value);
  });
  return told.join(', ') + (read.length > valuesShown ? ' …' : '');
}
