import { type ReactNode, useId } from 'react';

/** A word with its meaning, or a disabled command with the reason, shown next to it on a press; Escape hides it. */
export function Explanation({
  meaning,
  isDisabled,
  children,
}: {
  meaning: string;
  isDisabled?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <>
      <button type="button" className="explained" aria-disabled={isDisabled} popoverTarget={id}>
        {children}
      </button>
      <span id={id} popover="auto" className="explanation">
        {meaning}
      </span>
    </>
  );
}
