import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import type { UnfinishedDevice } from './first-run-queries.ts';
import { useFirstRunTexts } from './texts.ts';

/** Devices that were created but are not read: each can be continued or removed. */
export function UnfinishedList({ unfinished }: { unfinished: readonly UnfinishedDevice[] }) {
  const { t } = useFirstRunTexts();
  const [deviceToDelete, setDeviceToDelete] = useState<UnfinishedDevice>();
  if (unfinished.length === 0) return null;
  return (
    <section className="first-unfinished" aria-labelledby="first-unfinished-title">
      <h2 id="first-unfinished-title">{t('first.unfinished')}</h2>
      <ul>
        {unfinished.map((each) => {
          const { device, points, task } = each;
          return (
            <li key={device.id}>
              <p>
                <strong>{device.name || device.code}</strong>{' '}
                <span className="quiet">
                  {points.length === 0
                    ? t('first.unfinished.none')
                    : t('first.unfinished.points', { count: points.length })}
                </span>
              </p>
              <Link
                to="/first-run"
                search={{ step: points.length === 0 ? 'points' : 'start', added: device.id, task: task?.id }}
                className="button"
                aria-label={t('first.unfinished.go.of', { device: device.code })}
              >
                {t('first.unfinished.go')}
              </Link>
              <Button
                className="button is-bare"
                aria-label={t('first.delete.of', { name: device.code })}
                onPress={() => setDeviceToDelete(each)}
              >
                {t('first.delete')}
              </Button>
            </li>
          );
        })}
      </ul>
      {deviceToDelete && (
        <DeleteDialog unfinished={deviceToDelete} onClose={() => setDeviceToDelete(undefined)} />
      )}
    </section>
  );
}

function DeleteDialog({ unfinished, onClose }: { unfinished: UnfinishedDevice; onClose: () => void }) {
  const { t } = useFirstRunTexts();
  const queries = useQueryClient();
  const { note, noteFailure } = useOutcomes();
  const { device } = unfinished;
  const remove = useMutation({
    mutationFn: () => removeUnfinished(unfinished),
    onError: (error) => noteFailure(device.code, error),
    onSettled: async (_done, error) => {
      await queries.invalidateQueries({ queryKey: ['configuration'] });
      if (error === null) note({ kind: 'stored', text: t('first.deleted', { device: device.code }) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t('first.delete.title', { device: device.code })}
      action={t('first.delete')}
      isPending={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t('first.delete.ask', { device: device.code })}
    </ConfirmDialog>
  );
}

/** Removes the device's own task, its points and the device, in this order, so that nothing refers to a removed thing. */
async function removeUnfinished({ device, points, task }: UnfinishedDevice): Promise<void> {
  if (task !== undefined) {
    const others = task.device_ids.filter((id) => id !== device.id);
    if (others.length === 0) await api.delete(`/api/config/tasks/${task.id}/`);
    else await api.patch(`/api/config/tasks/${task.id}/`, { device_ids: others });
  }
  for (const { id } of points) await api.delete(`/api/config/points/${id}/`);
  await api.delete(`/api/config/devices/${device.id}/`);
}
