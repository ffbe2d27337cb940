import type { DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { bodyOf, type Draft, given, isShown, valueIn } from '../forms/form-schema.ts';
import type { Forms } from '../forms/use-protocols.ts';
import { tryDevice } from './first-run-queries.ts';
import { useFirstRunTexts } from './texts.ts';
import { valueText } from './value-text.ts';

/** Time without a key before the device is asked: it is a real one, and each preview sends it requests. */
const quietMs = 700;

/** Shows how a point would be read, before it is stored, in each possible order of its bytes. */
export function PointPreview({
  device,
  form,
  draft,
  onChange,
}: {
  device: Record<string, unknown>;
  form: Forms;
  draft: Draft;
  onChange: (draft: Draft) => void;
}) {
  const { t, locale, language } = useFirstRunTexts();
  const tried = triedPoints(form, draft);
  const wanted = useQuieted(JSON.stringify(tried?.map(({ body }) => body) ?? null));
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['first-run', 'try', device.code, wanted],
    queryFn: () => tryDevice(device, JSON.parse(wanted)),
    enabled: wanted !== 'null',
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
    refetchOnWindowFocus: false,
  });
  const [field = ''] = triedField(form, draft) ?? [];
  const chosen = valueIn(form.point, draft)(field) ?? '';
  const unit = draft.unit ?? '';
  const isOld = isPlaceholderData || isFetching;
  return (
    <section className="first-answer" aria-labelledby="first-preview-title">
      <h2 id="first-preview-title">{t('first.preview.title')}</h2>
      {tried === undefined ? (
        <p className="quiet">
          {t('first.preview.none', {
            fields: lackingIn(form, draft)
              .map((name) => form.point.properties[name]?.['x-label']?.[language] ?? name)
              .join(t('app.list')),
          })}
        </p>
      ) : error && !isFetching ? (
        <p className="small">{error.message}</p>
      ) : data === undefined ? (
        <p className="quiet">{t('first.points.reading')}</p>
      ) : (
        <div className={isOld ? 'first-preview is-old' : 'first-preview'} aria-live="polite">
          <Chosen
            data={data}
            at={codeOf(
              Math.max(
                0,
                tried.findIndex(({ option }) => option === chosen),
              ),
            )}
            unit={unit}
            advice={form.advice.no_value[language]}
          />
          {tried.length > 1 && hasSeveralBytes(data) && (
            <div role="radiogroup" aria-labelledby="first-orders-title" className="first-orders">
              <p id="first-orders-title" className="small">
                {t('first.preview.orders')}
              </p>
              {tried.map(({ option }, index) => (
                <label key={option} className="option">
                  <input
                    type="radio"
                    name="tried-order"
                    checked={option === chosen}
                    onChange={() => onChange({ ...draft, [field]: option })}
                  />
                  <span>
                    {valueText(valueAt(data, codeOf(index)), unit, locale)}{' '}
                    <span className="quiet">{option}</span>
                  </span>
                </label>
              ))}
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function Chosen({
  data,
  at,
  unit,
  advice,
}: {
  data: DeviceTrialView;
  at: string;
  unit: string;
  advice: string;
}) {
  const { t, locale } = useFirstRunTexts();
  const read = data.points.find(({ code }) => code === at || code.startsWith(`${at}[`));
  if (read === undefined) return null;
  if (read.quality === 'bad') {
    return (
      <>
        <p className="first-bad">{t('first.preview.bad', { detail: read.detail })}</p>
        <p className="small">{advice}</p>
      </>
    );
  }
  return (
    <>
      <p className="first-figure">{valueText(read.value, unit, locale)}</p>
      {read.raw.length > 0 && (
        <p className="small quiet">{t('first.preview.raw', { raw: read.raw.slice(0, 8).join(' ') })}</p>
      )}
    </>
  );
}

const codeOf = (index: number) => `try-${index}`;

function valueAt({ points }: DeviceTrialView, code: string) {
  return points.find((each) => each.code === code || each.code.startsWith(`${code}[`))?.value ?? null;
}

/** Whether there are two registers or more, whose order shows in the value; in one register the default is mostly right. */
function hasSeveralBytes({ points }: DeviceTrialView): boolean {
  return (points[0]?.raw.length ?? 0) > 1;
}

interface Tried {
  readonly option: string;
  readonly body: Record<string, unknown>;
}

/** Fields that a point needs to be read and that are still missing; a notation of the address may give them as well. */
function lackingIn({ point, notations }: Forms, draft: Draft): string[] {
  const named = notations.flatMap(({ sets }) => Object.keys(sets));
  const needed = new Set([...(point.required ?? []).filter((name) => name !== 'code'), ...named]);
  const chosen = valueIn(point, draft);
  return Object.keys(point.properties).filter((name) => needed.has(name) && !chosen(name)?.trim());
}

/** The point in each variant that a reading can tell apart; undefined as long as it cannot be read at all. */
function triedPoints(form: Forms, draft: Draft): readonly Tried[] | undefined {
  if (lackingIn(form, draft).length > 0) return undefined;
  const { name: _, writable: __, report: ___, period_ms: ____, ...body } = bodyOf(form.point, draft);
  const [field, options = ['']] = triedField(form, draft) ?? [];
  return options.map((option, index) => ({
    option,
    body: { ...body, ...(field !== undefined && { [field]: option }), code: codeOf(index) },
  }));
}

function triedField(form: Forms, draft: Draft): readonly [string, readonly string[]] | undefined {
  const chosen = valueIn(form.point, draft);
  const found = Object.entries(form.point.properties).find(
    ([, schema]) => schema['x-try-options'] === true && isShown(schema, chosen),
  );
  return found && [found[0], (given(found[1]).enum ?? []).map(String)];
}

function useQuieted(text: string): string {
  const [quieted, setQuieted] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setQuieted(text), quietMs);
    return () => clearTimeout(timer);
  }, [text]);
  return quieted;
}
