import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { usePlantTime } from '../time/plant-time.tsx';
import { momentTyped, typedAs } from '../time/typed-time.ts';
import { useRangeTexts } from './range-texts.ts';

/** As long as somebody may think between two keys. */
const stillMs = 1_200;

/**
 * A moment to be typed, by a clock of 24 hours. It counts once it is left, on Enter, or when it is whole and nothing more comes; what is
 * typed stays as it is until then, and what is no moment is said when it is left.
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
  /** A moment of which nothing is known yet is said, and not taken. */
  notAfter?: 'now';
  onAt: (at: number) => void;
}) {
  const { t } = useRangeTexts();
  const { zone } = usePlantTime();
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState<'wrong' | 'future'>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const told = wrong && t(`range.typed.${wrong}`, { example: typedAs(zone, new Date(at), withSeconds) });
  useEffect(() => () => clearTimeout(timer.current), []);
  // A form is not sent with it.
  useLayoutEffect(() => input.current?.setCustomValidity(told ?? ''), [told]);
  // Another moment was chosen elsewhere: what was typed here and not taken is over.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only by a moment that changes
  useEffect(() => {
    if (document.activeElement === input.current) return;
    setTyped(undefined);
    setWrong(undefined);
  }, [at]);

  const take = (text: string, isLeft: boolean) => {
    clearTimeout(timer.current);
    const moment = momentTyped(text, zone, new Date(at), notAfter && new Date());
    if (moment === undefined) return isLeft ? setWrong('wrong') : undefined;
    if (notAfter === 'now' && moment.getTime() > Date.now()) return setWrong('future');
    setWrong(undefined);
    if (isLeft) setTyped(undefined);
    if (typedAs(zone, moment, withSeconds) !== typedAs(zone, new Date(at), withSeconds))
      onAt(moment.getTime());
  };
  const takeBack = () => {
    clearTimeout(timer.current);
    setTyped(undefined);
    setWrong(undefined);
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
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong && hint}
          value={typed ?? typedAs(zone, new Date(at), withSeconds)}
          onChange={({ target }) => {
            const text = target.value;
            setTyped(text);
            setWrong(undefined);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => take(text, false), stillMs);
          }}
          onBlur={() => typed !== undefined && take(typed, true)}
          onKeyDown={(event) => {
            if (typed === undefined) return;
            if (event.key === 'Enter') take(typed, true);
            if (event.key !== 'Escape') return;
            // It takes back what is typed, and does not close what the field is in.
            event.stopPropagation();
            takeBack();
          }}
        />
      </label>
      {wrong && (
        <p id={hint} role="alert" className="small">
          {told}
        </p>
      )}
    </div>
  );
}
