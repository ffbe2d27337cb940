import { useCallback, useState } from 'react';
import { keep, readKept } from '../app/preferences.tsx';
import type { Draft } from '../forms/form-schema.ts';

/** A form that is half filled in, kept in the browser until it is sent. */
export interface KeptDraft {
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  /** It was sent: the next one begins anew, and this one stays as it is for as long as it is still seen. */
  readonly forget: () => void;
}

export function useKeptDraft(name: string, first: Draft = {}): KeptDraft {
  const [draft, setDraft] = useState(() => parsed(readKept(name)) ?? first);
  const change = useCallback(
    (next: Draft) => {
      keep(name, JSON.stringify(next));
      setDraft(next);
    },
    [name],
  );
  const forget = useCallback(() => keep(name, JSON.stringify({})), [name]);
  return { draft, setDraft: change, forget };
}

function parsed(text: string | null): Draft | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    // One that was sent is empty: the next begins as it does without.
    const isFilled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    return isFilled ? (value as Draft) : undefined;
  } catch {
    return undefined;
  }
}
