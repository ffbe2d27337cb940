import { useId } from 'react';
import { Icon } from './icon.tsx';
import { useTypedText } from './use-typed-text.ts';

/** A field that narrows a screen to matching names. */
export function FindField({
  label,
  value,
  onChange,
  maxLength,
  className = 'find',
}: {
  label: string;
  value: string;
  /** `undefined` when the field is empty. */
  onChange: (find: string | undefined) => void;
  maxLength?: number;
  className?: string;
}) {
  const [draft, type] = useTypedText(value, (text) => onChange(text || undefined));
  return (
    <label className={className}>
      <span className="heard">{label}</span>
      <Icon name="search" />
      <input
        id={useId()}
        type="search"
        placeholder={label}
        value={draft}
        maxLength={maxLength}
        onChange={({ target }) => type(target.value)}
      />
    </label>
  );
}
