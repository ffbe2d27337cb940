/** Asks for a reason, which others can look up later. It may stay empty. */
export function ReasonField({
  label,
  hint,
  value,
  isFirst = false,
  onReason,
}: {
  readonly label: string;
  /** Where the reason will stand. */
  readonly hint: string;
  readonly value: string;
  /** Whether the field is the first in its dialog and gets the focus. */
  readonly isFirst?: boolean;
  onReason(reason: string): void;
}) {
  return (
    <label className="labelled">
      <span>
        {label} <span className="quiet small">{hint}</span>
      </span>
      <input
        className="field"
        value={value}
        maxLength={500}
        // biome-ignore lint/a11y/noAutofocus: only where a dialog has just been asked for, and this is what it asks
        autoFocus={isFirst}
        onChange={({ target }) => onReason(target.value)}
      />
    </label>
  );
}
