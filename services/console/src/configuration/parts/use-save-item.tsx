import type { Tagged } from '@holdfast/api-client/api-client.ts';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '../../api/api.ts';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import type { Draft } from '../../forms/form-schema.ts';
import { useNoteChange } from '../last-change.tsx';
import { pathOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { MergeDialog } from './merge-dialog.tsx';

type Fields = Readonly<Record<string, unknown>>;

/** An item as its editor began with it, and the texts in the fields. */
export interface Edited<T, D = Draft> {
  readonly base: Tagged<T>;
  readonly draft: D;
}

/**
 * An item that is edited in place: as it is stored until the user types, then from the state at that moment on, whatever
 * others do to it meanwhile.
 */
export function useEdited<T, D = Draft>(
  latest: Tagged<T>,
  draftFrom: (item: T) => D,
): Edited<T, D> & {
  readonly isTouched: boolean;
  readonly setDraft: (draft: D) => void;
  readonly reset: () => void;
} {
  const [edited, setEdited] = useState<Edited<T, D>>();
  const { base, draft } = edited ?? { base: latest, draft: draftFrom(latest.result) };
  return {
    base,
    draft,
    isTouched: edited !== undefined,
    setDraft: (next) => setEdited({ base, draft: next }),
    reset: () => setEdited(undefined),
  };
}

/** Saves changes of an item; if somebody else has changed it since, asks field by field whose value shall stand. */
export function useSaveItem({
  kind,
  id,
  name,
  isField,
  onSaved,
}: {
  readonly kind: ChangedKind;
  readonly id: number;
  /** Of the item, for people. */
  readonly name: string;
  readonly isField: (field: string) => boolean;
  readonly onSaved: () => void;
}) {
  const { t } = useConfigurationTexts();
  const noteChange = useNoteChange();
  const path = pathOf(kind, id);
  const [refusal, setRefusal] = useState(noRefusal);
  const [conflict, setConflict] = useState<{
    readonly base: Fields;
    readonly mine: Fields;
    readonly theirs: Tagged<Fields>;
    readonly reason: string;
  }>();
  const save = useMutation({
    mutationFn: async (request: {
      readonly base: Tagged<object>;
      readonly changes: Fields;
      readonly reason: string;
    }) => {
      const { base, changes, reason } = request;
      if (Object.keys(changes).length === 0) return { changeSet: undefined };
      try {
        return await api.change('PATCH', path, {
          ...{ body: changes, query: { reason: reason.trim() || undefined } },
          ...(base.etag !== undefined && { ifMatch: base.etag }),
        });
      } catch (error) {
        if (!(error instanceof ApiRefusal && error.status === 412)) throw error;
        const theirs = await api.getTagged<Fields>(path);
        setConflict({ base: base.result as Fields, mine: changes, theirs, reason });
        return undefined;
      }
    },
    onMutate: () => setRefusal(noRefusal),
    onSuccess: async (done) => {
      if (done === undefined) return;
      setConflict(undefined);
      await noteChange(
        done.changeSet === undefined ? t('config.same', { name }) : t('config.saved', { name }),
        done.changeSet,
      );
      onSaved();
    },
    onError: (error) => {
      setConflict(undefined);
      setRefusal(refusalOf(error, '', isField));
    },
  });
  const dialog: ReactNode = conflict && (
    <MergeDialog
      key={conflict.theirs.etag}
      {...conflict}
      {...{ kind, name }}
      isPending={save.isPending}
      onSave={(changes) => save.mutate({ base: conflict.theirs, changes, reason: conflict.reason })}
      onClose={() => setConflict(undefined)}
    />
  );
  return { save: save.mutate, isSaving: save.isPending, refusal, dialog };
}
