import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { usePlantTime } from '../time/plant-time.tsx';
import { momentTyped, typedAs } from '../time/typed-time.ts';
import { useRangeTexts } from './range-texts.ts';

/** The time that a user may think between two keys. */
const stillMs = 1_200;

/**
 * A field for a moment, by a clock of 24 hours. A typed moment is taken on Enter, when the field is left, or when it is
 * complete and no more keys come; until then the text stays as typed. Leaving the field tells if it is no moment.
 */
export function TimeField({
  label,
  at,
  withSeconds = false,
  notAfter,
  onAt,
}: {
  label: string;
  at: number;
  withSeconds?: boolean;
  /** Refuses, with a message, moments in the future. */
  notAfter?: 'now';
  onAt: (at: number) => void;
}) {
  const { t } = useRangeTexts();
  const { zone } = usePlantTime();
  const [draft, setDraft] = useState<string>();
  const [fault, setFault] = useState<'wrong' | 'future'>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const faultText = fault && t(`range.typed.${fault}`, { example: typedAs(zone, new Date(at), withSeconds) });
  useEffect(() => () => clearTimeout(timer.current), []);
  // Keeps the form from being sent with a faulty moment.
  useLayoutEffect(() => input.current?.setCustomValidity(faultText ?? ''), [faultText]);
  // When another moment is chosen elsewhere, text typed here and not taken is dropped.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only by a moment that changes
  useEffect(() => {
    if (document.activeElement === input.current) return;
    setDraft(undefined);
    setFault(undefined);
  }, [at]);

  const take = (text: string, isLeft: boolean) => {
    clearTimeout(timer.current);
    const moment = momentTyped(text, zone, new Date(at), notAfter && new Date());
    if (moment === undefined) return isLeft ? setFault('wrong') : undefined;
    if (notAfter === 'now' && moment.getTime() > Date.now()) return setFault('future');
    setFault(undefined);
    if (isLeft) setDraft(undefined);
    if (typedAs(zone, moment, withSeconds) !== typedAs(zone, new Date(at), withSeconds))
      onAt(moment.getTime());
  };
  const takeBack = () => {
    clearTimeout(timer.current);
    setDraft(undefined);
    setFault(undefined);
  };
  return (
    <div className="time-field">
      <label>
        {label}
        <input
          ref={input}
          type="text"
          autoComplete="off"
          spellCheck={false}
          className="field"
          placeholder={t(withSeconds ? 'range.typed.form.seconds' : 'range.typed.form')}
          aria-invalid={fault !== undefined}
          aria-describedby={fault && hint}
          value={draft ?? typedAs(zone, new Date(at), withSeconds)}
          onChange={({ target }) => {
            const text = target.value;
            setDraft(text);
            setFault(undefined);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => take(text, false), stillMs);
          }}
          onBlur={() => draft !== undefined && take(draft, true)}
          onKeyDown={(event) => {
            if (draft === undefined) return;
            if (event.key === 'Enter') take(draft, true);
            if (event.key !== 'Escape') return;
            // Escape only takes back the typed text, and does not close the dialog around the field.
            event.stopPropagation();
            takeBack();
          }}
        />
      </label>
      {fault && (
        <p id={hint} role="alert" className="small">
          {faultText}
        </p>
      )}
    </div>
  );
}
