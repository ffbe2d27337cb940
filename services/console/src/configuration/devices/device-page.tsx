import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTasks } from '../../first-run/first-run-queries.ts';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { deviceTabs, useConfigurationSearch } from '../configuration-search.ts';
import { ApplyFor } from '../parts/apply-for.tsx';
import { DeleteDialog } from '../parts/delete-dialog.tsx';
import { ItemHistory } from '../parts/item-history.tsx';
import { useItem, useWhyNotDevice } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { CopyDialog } from './copy-dialog.tsx';
import { DevicePoints } from './device-points.tsx';
import { DeviceSettings } from './device-settings.tsx';

/** One device: its settings, its points, and what was changed of both. */
export default function DevicePage() {
  const { t } = useConfigurationTexts();
  const { id } = useParams({ from: '/configuration/devices/$id' });
  const query = useItem<DeviceDetail>('device', Number(id));
  return (
    <QueryAnswer query={query} title={t('config.device.failed')}>
      {(device) => <Device key={id} id={Number(id)} device={device} />}
    </QueryAnswer>
  );
}

function Device({ id, device }: { id: number; device: Tagged<DeviceDetail> }) {
  const { t } = useConfigurationTexts();
  const { tab } = useConfigurationSearch();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'copy' | 'delete'>();
  const { name, code } = device.result;
  const whyNot = useWhyNotDevice(device.result);
  const tasks = (useTasks().data ?? []).filter(({ device_ids: ids }) => ids.includes(id));
  return (
    <section className="config-body" aria-labelledby="config-device-title">
      <header className="config-head-line">
        <div>
          <Link to="/configuration/devices" search={({ find, order }) => ({ find, order })} className="small">
            ← {t('config.devices')}
          </Link>
          <h1 id="config-device-title">{name || code}</h1>
          <p className="quiet small">
            {name && name !== code && `${code} · `}
            {tasks.length === 0
              ? t('config.tasks.without')
              : tasks.map((task, index) => (
                  <span key={task.id}>
                    {index > 0 && t('app.list')}
                    <Link to="/configuration/tasks/$id" params={{ id: String(task.id) }}>
                      {task.name || task.code}
                    </Link>
                  </span>
                ))}{' '}
            ·{' '}
            <Link to="/devices/$device" params={{ device: code }}>
              {t('config.device.state')}
            </Link>
          </p>
        </div>
        <div className="config-actions">
          <Button className="button" isDisabled={whyNot !== undefined} onPress={() => setDialog('copy')}>
            {t('config.copy.ask')}
          </Button>
          <Button className="button" isDisabled={whyNot !== undefined} onPress={() => setDialog('delete')}>
            {t('config.delete.ask')}
          </Button>
        </div>
      </header>
      <nav className="filter config-tabs" aria-label={t('config.tabs')}>
        {deviceTabs.map((each) => (
          <Link
            key={each}
            to="."
            search={(before) => ({
              ...before,
              tab: each,
              point: undefined,
            })}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t(`config.tab.${each}`)}
          </Link>
        ))}
      </nav>
      <ApplyFor tasks={tasks.map((task) => task.id)} />
      {tab === 'settings' && <DeviceSettings id={id} device={device} />}
      {tab === 'points' && <DevicePoints id={id} device={device.result} />}
      {tab === 'history' && <ItemHistory kind="device" id={id} name={name || code} />}
      {dialog === 'copy' && (
        <CopyDialog device={device.result} tasks={tasks} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'delete' && (
        <DeleteDialog
          kind="device"
          ids={[id]}
          name={name || code}
          onDeleted={() => void navigate({ to: '/configuration/devices', ignoreBlocker: true })}
          onClose={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}
