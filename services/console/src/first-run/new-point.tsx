import type { AddressNotation } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { addressField } from '@holdfast/shared/forms/point-place.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLayoutEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { bodyOf, type Draft, kindOf, valueIn } from '../forms/form-schema.ts';
import { SchemaForm } from '../forms/schema-form.tsx';
import type { Forms } from '../forms/use-protocols.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { classicOf, inHexadecimal, readAddress } from './address-reading.ts';
import { PointPreview } from './point-preview.tsx';
import { noRefusal, refusalOf } from './refusals.ts';
import { useStoredDraft } from './stored-draft.ts';
import { useFirstRunTexts } from './texts.ts';

/** The form of a new point, next to the value that it would read. */
export function NewPoint({
  deviceId,
  device,
  form,
}: {
  deviceId: number;
  device: Record<string, unknown>;
  form: Forms;
}) {
  const { t } = useFirstRunTexts();
  const queries = useQueryClient();
  const { note } = useOutcomes();
  const within = useRef<HTMLDivElement>(null);
  const { draft, setDraft } = useStoredDraft(`first-run.point.${deviceId}`);
  const [refusal, setRefusal] = useState(noRefusal);
  // A new round begins with a form that shows no faults yet.
  const [round, setRound] = useState(0);
  const valueFor = valueIn(form.point, draft);
  const isField = (field: string) => form.point.properties[field] !== undefined;
  const address = addressField(form) ?? '';
  const change = (next: Draft) => {
    const { [address]: addressText = '' } = next;
    const reading = addressText === draft[address] ? undefined : readAddress(addressText, form.notations);
    setDraft({ ...next, ...reading?.sets });
  };
  const add = useMutation({
    mutationFn: () =>
      api.command('/api/config/points/', { ...bodyOf(form.point, draft), device_id: deviceId }),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: async () => {
      setDraft(sharedByNext(form, draft));
      setRound(round + 1);
      await queries.invalidateQueries({ queryKey: ['configuration'] });
      note({ kind: 'stored', text: t('first.points.added', { point: draft.code ?? '' }) });
    },
    onError: (error) => setRefusal(refusalOf(error, '', isField)),
  });
  // Runs with the empty form and not after the list is read again: by then the user may be entering the next point.
  useLayoutEffect(() => {
    if (round > 0) within.current?.querySelector('input')?.focus();
  }, [round]);
  return (
    <div className="first-columns">
      <div className="first-form" ref={within}>
        <SchemaForm
          key={round}
          schema={form.point}
          draft={draft}
          onChange={change}
          refusals={refusal.fields}
          hints={{
            [address]: (
              <AddressHint text={draft[address] ?? ''} valueFor={valueFor} notations={form.notations} />
            ),
          }}
          onSubmit={() => {
            if (!add.isPending) add.mutate();
          }}
        >
          <Button className="button is-main" type="submit" isDisabled={add.isPending}>
            {t(add.isPending ? 'first.points.adding' : 'first.points.add')}
          </Button>
        </SchemaForm>
        {refusal.whole && <ProblemText title={t('first.failed')} error={refusal.whole} />}
      </div>
      <PointPreview device={device} form={form} draft={draft} onChange={change} />
    </div>
  );
}

/** Choices, such as the type, that the next point of the same device often shares. */
export function sharedByNext({ point }: Forms, draft: Draft): Draft {
  const place = point['x-groups'].find(({ name }) => name === 'place')?.fields ?? [];
  const isShared = (field: string) =>
    place.includes(field) && kindOf(point.properties[field] ?? {}) === 'choice';
  return Object.fromEntries(Object.entries(draft).filter(([field]) => isShared(field)));
}

/**
 * Says how an address is read, while it is typed: manuals count from 0 or from 1, and seldom say which. Shows nothing where
 * the protocol has no notations of numbers.
 */
export function AddressHint({
  text,
  valueFor,
  notations,
}: {
  text: string;
  valueFor: (field: string) => string | undefined;
  notations: readonly AddressNotation[];
}) {
  const { t } = useFirstRunTexts();
  if (text.trim() === '' || notations.length === 0) return null;
  const reading = readAddress(text, notations);
  if (reading === undefined) return <p>{t('first.address.odd')}</p>;
  const { wire, sets } = reading;
  const addressText = text.trim();
  const isNamed = Object.keys(sets).length > 0;
  const classic = classicOf(wire, valueFor, notations);
  return (
    <>
      <p>{t('first.address.wire', { written: addressText, wire: String(wire), hex: inHexadecimal(wire) })}</p>
      {isNamed
        ? /^[1-9]/.test(addressText) &&
          Number(addressText) <= 65_535 && (
            <p className="quiet">
              {t('first.address.number', { written: addressText, hex: inHexadecimal(Number(addressText)) })}
            </p>
          )
        : classic && <p className="quiet">{t('first.address.classic', { classic })}</p>}
    </>
  );
}
