import { type ReactNode, useId } from 'react';

/** A word with what it means, which shows beside it when it is pressed: by pointer, finger or keys, and away with Escape. */
export function Explained({ meaning, children }: { meaning: string; children: ReactNode }) {
  const id = useId();
  return (
    <>
      <button type="button" className="explained" popoverTarget={id}>
        {children}
      </button>
      <span id={id} popover="auto" className="explanation">
        {meaning}
      </span>
    </>
  );
}
