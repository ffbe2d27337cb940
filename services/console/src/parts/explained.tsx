import { type ReactNode, useId } from 'react';

/** A word with what it means, or a command with why it is switched off, which shows beside it when it is pressed: by pointer, finger or keys, and away with Escape. */
export function Explained({
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
