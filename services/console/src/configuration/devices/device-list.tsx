import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useSites, useTasks } from '../../first-run/first-run-queries.ts';
import { useProtocols } from '../../forms/use-protocols.ts';
import { AddDevice } from '../../parts/add-device.tsx';
import { ApplyFor } from '../parts/apply-for.tsx';
import { BulkDialog } from '../parts/bulk-dialog.tsx';
import { ConfigList, contains, type ListColumn } from '../parts/config-list.tsx';
import { DeleteDialog } from '../parts/delete-dialog.tsx';
import { ItemName, ListScreen } from '../parts/list-screen.tsx';
import { tasksByDevice, useDevices } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { placeOf as placeIn } from './device-place.ts';

/** All devices that are configured, whether a session reads them or not. */
export default function DeviceListScreen() {
  const { t } = useConfigurationTexts();
  return (
    <ListScreen
      kind="devices"
      query={useDevices()}
      findLabel={t('config.find.device')}
      add={<AddDevice className="button is-main" />}
    >
      {(all, find) => (
        <>
          <ApplyFor />
          <Devices all={all} find={find} />
        </>
      )}
    </ListScreen>
  );
}

function Devices({ all, find }: { all: readonly DeviceView[]; find: string }) {
  const { t, language } = useConfigurationTexts();
  const protocols = useProtocols().data;
  const sites = useSites().data;
  const tasks = useTasks().data;
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<number>>(new Set());
  const siteNames = useMemo(() => new Map(sites?.map((each) => [each.id, each.name || each.code])), [sites]);
  const byDevice = useMemo(() => tasksByDevice(tasks ?? []), [tasks]);
  const protocolOf = ({ protocol }: DeviceView) =>
    protocols?.find((each) => each.protocol === protocol)?.label[language] ?? protocol;
  const placeOf = (device: DeviceView) =>
    placeIn(
      device,
      protocols?.find((each) => each.protocol === device.protocol),
    );
  const siteOf = ({ site_id: id }: DeviceView) => (id === null ? '' : (siteNames.get(id) ?? ''));
  const tasksOf = ({ id }: DeviceView) => byDevice.get(id)?.map((each) => each.name || each.code) ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rest follows from these
  const rows = useMemo(
    () =>
      // Always another array: it is sorted again when the names of sites and tasks are there.
      all.filter(
        (each) =>
          find.trim() === '' ||
          contains(find, each.code, each.name, placeOf(each), siteOf(each), ...tasksOf(each)),
      ),
    [all, find, siteNames, byDevice, protocols],
  );
  const columns: ListColumn<DeviceView>[] = [
    {
      key: 'device',
      name: t('config.column.device'),
      sortBy: ({ name, code }) => name || code,
      cell: (device) => (
        <ItemName item={device}>
          {(label) => (
            <Link
              to="/configuration/devices/$id"
              params={{ id: String(device.id) }}
              search={(before) => ({ find: before.find, order: before.order })}
              data-item={device.id}
              className="config-link"
            >
              {label}
            </Link>
          )}
        </ItemName>
      ),
    },
    { key: 'site', name: t('config.column.site'), sortBy: siteOf, cell: (device) => siteOf(device) || '–' },
    { key: 'protocol', name: t('config.column.protocol'), sortBy: protocolOf, cell: protocolOf },
    {
      key: 'address',
      name: t('config.column.address'),
      sortBy: placeOf,
      cell: (device) => placeOf(device) || '–',
    },
    {
      key: 'tasks',
      name: t('config.column.tasks'),
      sortBy: (device) => tasksOf(device).join(),
      cell: (device) =>
        tasksOf(device).join(t('app.list')) || <span className="quiet">{t('config.tasks.without')}</span>,
    },
  ];
  const ids = rows.filter(({ id }) => selectedIds.has(id)).map(({ id }) => id);
  return (
    <>
      <SelectionBar kind="device" ids={ids} onDone={() => setSelectedIds(new Set())} />
      <ConfigList
        label={t('config.devices')}
        className="is-devices"
        columns={columns}
        rows={rows}
        selection={{ ids: selectedIds, select: setSelectedIds }}
      />
    </>
  );
}

/** What can be done with the selected items at once. */
export function SelectionBar({
  kind,
  ids,
  onDone,
}: {
  kind: 'device' | 'point';
  ids: readonly number[];
  onDone: () => void;
}) {
  const { t } = useConfigurationTexts();
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  // A dialog keeps what was selected when it was opened.
  const [askedIds, setAskedIds] = useState<readonly number[]>([]);
  const ask = (what: 'edit' | 'delete') => {
    setAskedIds(ids);
    setDialog(what);
  };
  const close = () => setDialog(undefined);
  return (
    <>
      <div className="selection-bar" hidden={ids.length === 0}>
        <p>{t('config.selected', { count: ids.length })}</p>
        <Button className="button" onPress={() => ask('edit')}>
          {t('config.bulk')}
        </Button>
        <Button className="button" onPress={() => ask('delete')}>
          {t('config.delete.ask')}
        </Button>
        <Button className="button is-bare" onPress={onDone}>
          {t('config.selected.none')}
        </Button>
      </div>
      {dialog === 'edit' && <BulkDialog kind={kind} ids={askedIds} onClose={close} />}
      {dialog === 'delete' && (
        <DeleteDialog
          kind={kind}
          ids={askedIds}
          name={t(`config.count.${kind}s`, { count: askedIds.length })}
          onDeleted={onDone}
          onClose={close}
        />
      )}
    </>
  );
}
