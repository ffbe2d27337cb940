import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { type ConfigurationSearch, configurationSearch } from '../configuration-search.ts';
import { useConfigurationTexts } from '../texts.ts';

interface Place {
  readonly pathname: string;
  readonly search: object;
}

/** What is edited at an address: a search or an order of the list next to it is no other place. */
const editedAt = ({ pathname, search }: Place): string => {
  const { tab = 'settings', point }: ConfigurationSearch = configurationSearch({ ...search });
  return [pathname, tab, point].join(' ');
};

/** Keeps what was typed from being lost on the way to another page. @returns the question, to be drawn */
export function useUnsaved(isUnsaved: boolean): ReactNode {
  const { t } = useConfigurationTexts();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isUnsaved && editedAt(current) !== editedAt(next),
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  });
  if (status !== 'blocked') return null;
  return (
    <ConfirmDialog
      title={t('config.unsaved.title')}
      action={t('config.unsaved.leave')}
      isPending={false}
      onConfirm={proceed}
      onClose={reset}
    >
      {t('config.unsaved')}
    </ConfirmDialog>
  );
}
