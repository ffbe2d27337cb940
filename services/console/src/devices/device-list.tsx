import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { useEffect } from 'react';
import { useScrolledList } from '../parts/use-scrolled-list.ts';
import { useNow } from '../time/plant-time.tsx';
import { DeviceRow } from './device-row.tsx';
import { keyOf } from './device-state.ts';
import { useDevicesTexts } from './texts.ts';

interface ListProps {
  readonly views: readonly DeviceHealthView[];
  /** Number of all devices, including those that are not loaded yet. */
  readonly total: number;
  /** Code of the device that is shown next to the list. */
  readonly chosenDevice: string | undefined;
  /** Loads more devices. Returns undefined if there are none, or they are on their way. */
  readonly more: (() => void) | undefined;
}

/** The list of devices. Only visible ones are in the page; arrow keys go from one to the next. */
export function DeviceList({ views, total, chosenDevice, more }: ListProps) {
  const { t } = useDevicesTexts();
  const now = useNow().getTime();
  const { scroller, onKeyDown, rows } = useScrolledList({
    keys: views.map(keyOf),
    attribute: 'device',
    chosenKey: chosenDevice,
    chosenIndex: views.findIndex(({ device }) => device === chosenDevice),
  });
  const virtualRows = rows.getVirtualItems();
  const last = virtualRows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= views.length - 50) more();
  }, [more, last, views.length]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go between the links within, which are reached by Tab as well
    <div className="device-scroller" ref={scroller} onKeyDown={onKeyDown}>
      <div role="table" aria-label={t('devices.title')} aria-rowcount={total + 1}>
        <div role="rowgroup" className="device-head">
          <Columns />
        </div>
        <div role="rowgroup" className="device-body" style={{ height: rows.getTotalSize() }}>
          {virtualRows.map(({ index, key, start }) => {
            const view = views[index];
            if (view === undefined) return null;
            const isChosen = view.device === chosenDevice;
            return (
              <div
                key={key}
                data-index={index}
                ref={rows.measureElement}
                style={{ transform: `translateY(${start}px)` }}
                role="row"
                aria-rowindex={index + 2}
                className={isChosen ? 'device-row is-chosen' : 'device-row'}
              >
                <DeviceRow view={view} now={Math.floor(now / 1_000)} isChosen={isChosen} />
              </div>
            );
          })}
        </div>
      </div>
      {views.length < total && <p className="left-out">{t('devices.more')}</p>}
    </div>
  );
}

function Columns() {
  const { t } = useDevicesTexts();
  const columns = ['state', 'device', 'since', 'good', 'trip', 'missing', 'session', 'collector'] as const;
  const isNumber = (each: (typeof columns)[number]) => ['since', 'good', 'trip'].includes(each);
  return (
    <div role="row" aria-rowindex={1} className="device-row is-head">
      {columns.map((each) => (
        <div
          key={each}
          role="columnheader"
          className={`cell is-${each}${isNumber(each) ? ' is-number' : ''}`}
          title={each === 'trip' || each === 'missing' ? t(`devices.column.${each}.about`) : undefined}
        >
          {t(`devices.column.${each}`)}
        </div>
      ))}
    </div>
  );
}
