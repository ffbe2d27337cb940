import { useCallback, useState } from 'react';
import { readSetting, storeSetting } from '../app/preferences.tsx';
import type { Draft } from '../forms/form-schema.ts';

/** A form that is half filled in, kept in the browser until it is sent. */
export interface StoredDraft {
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  /** Call once the form is sent: the next one begins empty, while this one stays as long as it is shown. */
  readonly forget: () => void;
}

export function useStoredDraft(name: string, first: Draft = {}): StoredDraft {
  const [draft, setDraft] = useState(() => parseDraft(readSetting(name)) ?? first);
  const change = useCallback(
    (next: Draft) => {
      storeSetting(name, JSON.stringify(next));
      setDraft(next);
    },
    [name],
  );
  const forget = useCallback(() => storeSetting(name, JSON.stringify({})), [name]);
  return { draft, setDraft: change, forget };
}

function parseDraft(text: string | null): Draft | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    // After a form is sent its draft is empty: the next one begins as without a draft.
    const isFilled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    return isFilled ? (value as Draft) : undefined;
  } catch {
    return undefined;
  }
}
