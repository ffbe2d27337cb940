import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  createContext,
  type Dispatch,
  lazy,
  type ReactNode,
  type SetStateAction,
  Suspense,
  use,
  useMemo,
  useState,
} from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { revertPath } from '../changes/queries.ts';
import { Icon } from '../parts/icon.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import { useConfigurationTexts } from './texts.ts';

const RevertDialog = lazy(() => import('../changes/revert-dialog.tsx'));

interface LastChange {
  readonly text: string;
  /** Of what was changed, for people. */
  readonly name: string;
  /** Number of the change set; undefined where nothing was changed. */
  readonly changeSet: number | undefined;
  /** Whether it took a change back. */
  readonly isUndo?: boolean;
}

interface LastChangePlace {
  readonly last: LastChange | undefined;
  readonly note: Dispatch<SetStateAction<LastChange | undefined>>;
}

const LastChangeContext = createContext<LastChangePlace | undefined>(undefined);

/** Keeps the last change of the user, so that it can be undone from whatever page of the configuration is open. */
export function LastChangeProvider({ children }: { children: ReactNode }) {
  const [last, note] = useState<LastChange>();
  const value = useMemo(() => ({ last, note }), [last]);
  return <LastChangeContext value={value}>{children}</LastChangeContext>;
}

function useLastChange(): LastChangePlace {
  const place = use(LastChangeContext);
  if (place === undefined) throw new Error('there is no place for changes above this component');
  return place;
}

/** Notes a change that was stored, and reads everything that it concerns again. */
export function useNoteChange(): (change: LastChange) => Promise<void> {
  const { note } = useLastChange();
  const queries = useQueryClient();
  return async (change) => {
    note(change);
    await Promise.all(
      ['configuration', 'sessions', 'devices', 'tasks'].map((key) =>
        queries.invalidateQueries({ queryKey: [key] }),
      ),
    );
  };
}

/** Says what was stored, and undoes it. */
export function LastChangeBar() {
  const { t } = useConfigurationTexts();
  const { last, note } = useLastChange();
  const queries = useQueryClient();
  const { noteFailure } = useOutcomes();
  const [refused, setRefused] = useState<LastChange>();
  /** Notes that a change was taken back, unless another has followed it. */
  const noteUndo = (change: LastChange, changeSet: number | null) => {
    const { name, isUndo = false } = change;
    const text = t(isUndo ? 'config.restored' : 'config.undone', { name });
    const undone = { text, name, changeSet: changeSet ?? undefined, isUndo: !isUndo };
    note((now) => (now === change ? undone : now));
  };
  const undo = useMutation({
    mutationFn: async ({ changeSet = 0 }: LastChange) => {
      const path = revertPath(changeSet);
      const { etag } = await api.dryRun<Reverted>(path, {});
      return api.post<Reverted>(path, {}, {}, etag);
    },
    onSuccess: (done, change) => noteUndo(change, done.change_set),
    onError: (error, change) => {
      // The dialog says why it is refused, and compares again.
      if (error instanceof ApiRefusal && error.status < 500) setRefused(change);
      else noteFailure(change.text, error);
    },
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <>
      <div className="last-change" role="status">
        {last && (
          <>
            <p>
              {last.text}{' '}
              {last.changeSet !== undefined && (
                <Link to="/changes" search={{ change: last.changeSet }} className="small">
                  {t('config.change', { change: String(last.changeSet) })}
                </Link>
              )}
            </p>
            {last.changeSet !== undefined && (
              <Button className="button" isDisabled={undo.isPending} onPress={() => undo.mutate(last)}>
                {t(undo.isPending ? 'config.undoing' : last.isUndo ? 'config.redo' : 'config.undo')}
              </Button>
            )}
            <Button
              className="button is-bare"
              aria-label={t('command.dismiss')}
              onPress={() => note(undefined)}
            >
              <Icon name="close" />
            </Button>
          </>
        )}
      </div>
      {refused?.changeSet !== undefined && (
        <Suspense fallback={null}>
          <RevertDialog
            id={refused.changeSet}
            onClose={() => setRefused(undefined)}
            onUndone={(changeSet) => noteUndo(refused, changeSet)}
          />
        </Suspense>
      )}
    </>
  );
}
