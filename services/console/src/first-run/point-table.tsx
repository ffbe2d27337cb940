import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { addressField, pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import type { Forms } from '../forms/use-protocols.ts';
import type { Language } from '../i18n/language.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { classicOf, inHexadecimal } from './address-reading.ts';
import { useFirstRunTexts } from './texts.ts';
import { valueText } from './value-text.ts';

/** Stored points, each with the value that was read. */
export function PointTable({
  points,
  form,
  testRead,
}: {
  points: readonly PointView[];
  form: Forms;
  testRead: UseQueryResult<DeviceTestView>;
}) {
  const { t, locale, language } = useFirstRunTexts();
  const plant = usePlantTime();
  const address = addressField(form) ?? '';
  const values = new Map(testRead.data?.points.map((each) => [each.code, each]));
  return (
    <>
      {testRead.error && <ProblemText title={t('first.trial.failed')} error={testRead.error} />}
      <div className="first-table-frame">
        <table className="first-table">
          <thead>
            <tr>
              <th scope="col">{t('first.points.code')}</th>
              <th scope="col">{form.point.properties[address]?.['x-label']?.[language] ?? address}</th>
              <th scope="col">
                {t('first.points.value')}
                {testRead.data && (
                  <span className="small quiet first-age">
                    {t('first.points.at', { time: plant.clock(new Date(testRead.dataUpdatedAt), true) })}
                  </span>
                )}
              </th>
              <th scope="col" className="first-raw">
                {t('first.points.raw')}
              </th>
              <th scope="col">
                <span className="heard">{t('first.delete')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => {
              const { id, code, unit, count } = point;
              const value = values.get(count === null ? code : `${code}[0]`);
              const { short, place } = placeOf(point, form, address, language);
              return (
                <tr key={id}>
                  <th scope="row">{code}</th>
                  <td>
                    {short} <span className="small quiet">{place.join(' · ')}</span>
                  </td>
                  <td>
                    {value === undefined ? (
                      '–'
                    ) : value.quality === 'bad' ? (
                      <>
                        <span className="first-bad">{t('first.points.bad')}</span>{' '}
                        <span className="small quiet">{value.detail}</span>
                      </>
                    ) : (
                      <>
                        <strong>{valueText(value.value, unit, locale)}</strong>{' '}
                        {value.quality === 'uncertain' && (
                          <span className="first-uncertain">{t('first.points.uncertain')}</span>
                        )}
                      </>
                    )}
                  </td>
                  <td className="first-raw">
                    <code>{value?.raw.slice(0, 8).join(' ')}</code>
                  </td>
                  <td>
                    <DeletePoint point={point} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Where a point is, in full, and as manuals write it where the protocol has notations of addresses. */
function placeOf(point: PointView, form: Forms, field: string, language: Language) {
  const { address, more } = pointPlace(form, point, language);
  const { data_type: type } = point;
  if (form.notations.length === 0) return { short: address, place: [type, ...more] };
  const wire = Number(point[field as keyof PointView]);
  const textOf = (name: string) => String(point[name as keyof PointView] ?? '');
  const short = classicOf(wire, textOf, form.notations) ?? inHexadecimal(wire);
  return { short, place: [address, type, ...more] };
}

function DeletePoint({ point: { id, code } }: { point: PointView }) {
  const { t } = useFirstRunTexts();
  const queries = useQueryClient();
  const { note, noteFailure } = useOutcomes();
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/config/points/${id}/`),
    onError: (error) => noteFailure(code, error),
    onSettled: async (_done, error) => {
      await queries.invalidateQueries({ queryKey: ['configuration'] });
      if (error === null) note({ kind: 'stored', text: t('first.point.deleted', { point: code }) });
      setAsked(false);
    },
  });
  return (
    <>
      <Button
        className="button is-bare"
        aria-label={t('first.delete.of', { name: code })}
        onPress={() => setAsked(true)}
      >
        {t('first.delete')}
      </Button>
      {isAsked && (
        <ConfirmDialog
          title={t('first.point.delete.title', { point: code })}
          action={t('first.delete')}
          isPending={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsked(false)}
        >
          {t('first.point.delete.ask')}
        </ConfirmDialog>
      )}
    </>
  );
}
