import type { DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { bodyOf, type Draft, isShown, presentSchema, valueIn } from '../forms/form-schema.ts';
import type { Forms } from '../forms/use-protocols.ts';
import { tryDevice } from './first-run-queries.ts';
import { useFirstRunTexts } from './texts.ts';
import { valueText } from './value-text.ts';

/** Time without a key before the device is asked. It is a real one, and each preview sends it requests. */
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
  const variants = variantsOf(form, draft);
  const settledBodies = useSettledText(JSON.stringify(variants?.map(({ body }) => body) ?? null));
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['first-run', 'try', device.code, settledBodies],
    queryFn: () => tryDevice(device, JSON.parse(settledBodies)),
    enabled: settledBodies !== 'null',
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
    refetchOnWindowFocus: false,
  });
  const [field = ''] = variedField(form, draft) ?? [];
  const valueFor = valueIn(form.point, draft)(field) ?? '';
  const unit = draft.unit ?? '';
  const isOld = isPlaceholderData || isFetching;
  return (
    <section className="first-answer" aria-labelledby="first-preview-title">
      <h2 id="first-preview-title">{t('first.preview.title')}</h2>
      {variants === undefined ? (
        <p className="quiet">
          {t('first.preview.none', {
            fields: missingFields(form, draft)
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
          <PreviewValue
            data={data}
            at={codeOf(
              Math.max(
                0,
                variants.findIndex(({ option }) => option === valueFor),
              ),
            )}
            unit={unit}
            advice={form.advice.no_value[language]}
          />
          {variants.length > 1 && hasSeveralBytes(data) && (
            <div role="radiogroup" aria-labelledby="first-orders-title" className="first-orders">
              <p id="first-orders-title" className="small">
                {t('first.preview.orders')}
              </p>
              {variants.map(({ option }, index) => (
                <label key={option} className="option">
                  <input
                    type="radio"
                    name="tried-order"
                    checked={option === valueFor}
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

function PreviewValue({
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
  const point = data.points.find(({ code }) => code === at || code.startsWith(`${at}[`));
  if (point === undefined) return null;
  if (point.quality === 'bad') {
    return (
      <>
        <p className="first-bad">{t('first.preview.bad', { detail: point.detail })}</p>
        <p className="small">{advice}</p>
      </>
    );
  }
  return (
    <>
      <p className="first-figure">{valueText(point.value, unit, locale)}</p>
      {point.raw.length > 0 && (
        <p className="small quiet">{t('first.preview.raw', { raw: point.raw.slice(0, 8).join(' ') })}</p>
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

interface Variant {
  readonly option: string;
  readonly body: Record<string, unknown>;
}

/** Fields that a point needs to be read and that are still missing; a notation of the address may give them as well. */
function missingFields({ point, notations }: Forms, draft: Draft): string[] {
  const notationFields = notations.flatMap(({ sets }) => Object.keys(sets));
  const requiredFields = new Set([
    ...(point.required ?? []).filter((name) => name !== 'code'),
    ...notationFields,
  ]);
  const valueFor = valueIn(point, draft);
  return Object.keys(point.properties).filter((name) => requiredFields.has(name) && !valueFor(name)?.trim());
}

/** The point in each variant that a reading can tell apart; undefined as long as it cannot be read at all. */
function variantsOf(form: Forms, draft: Draft): readonly Variant[] | undefined {
  if (missingFields(form, draft).length > 0) return undefined;
  const { name: _, writable: __, report: ___, period_ms: ____, ...body } = bodyOf(form.point, draft);
  const [field, options = ['']] = variedField(form, draft) ?? [];
  return options.map((option, index) => ({
    option,
    body: { ...body, ...(field !== undefined && { [field]: option }), code: codeOf(index) },
  }));
}

function variedField(form: Forms, draft: Draft): readonly [string, readonly string[]] | undefined {
  const valueFor = valueIn(form.point, draft);
  const field = Object.entries(form.point.properties).find(
    ([, schema]) => schema['x-try-options'] === true && isShown(schema, valueFor),
  );
  return field && [field[0], (presentSchema(field[1]).enum ?? []).map(String)];
}

function useSettledText(text: string): string {
  const [settledText, setSettledText] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettledText(text), quietMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settledText;
}
