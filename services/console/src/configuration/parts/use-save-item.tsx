import type { Tagged } from '@holdfast/api-client/api-client.ts';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Dispatch, type ReactNode, type SetStateAction, useState } from 'react';
import { api } from '../../api/api.ts';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import type { Draft } from '../../forms/form-schema.ts';
import { useNoteChange } from '../last-change.tsx';
import { itemKey, pathOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { MergeDialog } from './merge-dialog.tsx';
import { differs } from './merge-rows.ts';

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (item: object): Fields => ({ ...item });

/** An item as its editor began with it, and the texts in the fields. */
export interface Edited<T, D = Draft> {
  readonly base: Tagged<T>;
  readonly draft: D;
}

interface Editing<T, D> extends Edited<T, D> {
  readonly isTouched: boolean;
  readonly setDraft: (draft: D) => void;
  readonly reset: () => void;
  /** Ends the edit of a draft that was saved; what was typed since then becomes an edit of the saved item. */
  readonly settle: (saved: D, item: Tagged<T>) => void;
}

/**
 * An item that is edited in place: as it is stored until the user types, then from the state at that moment on, whatever
 * others do to it meanwhile.
 */
export function useEdited<T, D = Draft>(latest: Tagged<T>, draftFrom: (item: T) => D): Editing<T, D> {
  const [edited, setEdited] = useState<Edited<T, D>>();
  const { base, draft } = edited ?? { base: latest, draft: draftFrom(latest.result) };
  return {
    base,
    draft,
    isTouched: edited !== undefined,
    setDraft: (next) => setEdited({ base, draft: next }),
    reset: () => setEdited(undefined),
    settle: (saved, item) =>
      setEdited((now) =>
        now === undefined || now.draft === saved ? undefined : { base: item, draft: now.draft },
      ),
  };
}

/** Saves changes to an item. If it was changed meanwhile, the user chooses for each field which value to keep. */
export function useSaveItem<T extends object, D>({
  kind,
  id,
  name,
  isField,
  edited,
  reason,
  setReason,
}: {
  readonly kind: ChangedKind;
  readonly id: number;
  /** Of the item, for people. */
  readonly name: string;
  readonly isField: (field: string) => boolean;
  readonly edited: Editing<T, D>;
  readonly reason: string;
  readonly setReason: Dispatch<SetStateAction<string>>;
}) {
  const { t } = useConfigurationTexts();
  const noteChange = useNoteChange();
  const queries = useQueryClient();
  const path = pathOf(kind, id);
  const [refusal, setRefusal] = useState(noRefusal);
  const [conflict, setConflict] = useState<{
    readonly base: Fields;
    readonly mine: Fields;
    readonly theirs: Tagged<T>;
    readonly draft: D;
    readonly reason: string;
  }>();
  const save = useMutation({
    mutationFn: async (request: {
      readonly base: Tagged<T>;
      readonly changes: Fields;
      readonly draft: D;
      readonly reason: string;
    }) => {
      const { base, changes, draft, reason: why } = request;
      if (Object.keys(changes).length === 0) return { item: base, changeSet: undefined };
      try {
        const { result, etag, changeSet } = await api.change<Partial<T>>('PATCH', path, {
          ...{ body: changes, query: { reason: why.trim() || undefined } },
          ...(base.etag !== undefined && { ifMatch: base.etag }),
        });
        const item: Tagged<T> = { result: { ...base.result, ...result }, etag };
        return { item, changeSet };
      } catch (error) {
        if (!(error instanceof ApiRefusal && error.status === 412)) throw error;
        const theirs = await api.getTagged<T>(path);
        const before = fieldsOf(base.result);
        const mine = Object.entries(changes).filter(([field, value]) => differs(value, before[field]));
        setConflict({ base: before, mine: Object.fromEntries(mine), theirs, draft, reason: why });
        return undefined;
      }
    },
    onMutate: () => setRefusal(noRefusal),
    onSuccess: (done, sent) => {
      if (done === undefined) return;
      const { item, changeSet } = done;
      setConflict(undefined);
      queries.setQueryData(itemKey(kind, id), item);
      edited.settle(sent.draft, item);
      setReason((now) => (now === sent.reason ? '' : now));
      const text = t(changeSet === undefined ? 'config.same' : 'config.saved', { name });
      // Not awaited: the form must not wait until all lists are read again.
      void noteChange({ text, name, changeSet });
    },
    onError: (error) => {
      setConflict(undefined);
      setRefusal(refusalOf(error, '', isField));
    },
  });
  const dialog: ReactNode = conflict && (
    <MergeDialog
      key={conflict.theirs.etag}
      base={conflict.base}
      mine={conflict.mine}
      theirs={fieldsOf(conflict.theirs.result)}
      {...{ kind, name }}
      isPending={save.isPending}
      onSave={(changes) => save.mutate({ ...conflict, base: conflict.theirs, changes })}
      onClose={() => setConflict(undefined)}
    />
  );
  const { base, draft } = edited;
  return {
    save: (changes: Fields) => save.mutate({ base, changes, draft, reason }),
    isSaving: save.isPending,
    refusal,
    dialog,
  };
}
