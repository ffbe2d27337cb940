import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { contains } from '../parts/config-list.tsx';
import { useDevices } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';

const rowHeight = 32;

/** Chooses devices among all: those that are chosen when it is opened come first. */
export function DevicePicker({
  ids,
  onChange,
}: {
  ids: readonly number[];
  onChange: (ids: readonly number[]) => void;
}) {
  const { t, locale } = useConfigurationTexts();
  const devices = useDevices().data;
  const [find, setFind] = useState('');
  const [firstIds] = useState(ids);
  const scroller = useRef<HTMLDivElement>(null);
  const chosenIds = new Set(ids);
  const sorted = useMemo(() => {
    const first = new Set(firstIds);
    const collator = new Intl.Collator(locale, { numeric: true });
    return (devices ?? []).toSorted(
      (one, other) =>
        Number(first.has(other.id)) - Number(first.has(one.id)) ||
        collator.compare(one.name || one.code, other.name || other.code),
    );
  }, [devices, firstIds, locale]);
  const rows = useMemo(
    () => (find.trim() === '' ? sorted : sorted.filter(({ code, name }) => contains(find, code, name))),
    [sorted, find],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 10,
  });
  const toggle = (id: number) =>
    onChange(
      chosenIds.has(id)
        ? ids.filter((each) => each !== id)
        : [...ids, id].toSorted((one, other) => one - other),
    );
  return (
    <fieldset className="device-picker">
      <legend>
        {t('config.devices')}{' '}
        <span className="quiet">{t('config.picker.count', { count: ids.length, all: rows.length })}</span>
      </legend>
      <input
        type="search"
        className="field"
        aria-label={t('config.find.device')}
        placeholder={t('config.find.device')}
        value={find}
        onChange={({ target }) => setFind(target.value)}
        // Enter would send the form.
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <div className="picker-rows" ref={scroller}>
        <div className="picker-all" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const device = rows[index];
            return device ? (
              <label key={key} className="picker-row" style={{ transform: `translateY(${start}px)` }}>
                <input
                  type="checkbox"
                  checked={chosenIds.has(device.id)}
                  onChange={() => toggle(device.id)}
                />
                <span>
                  {device.name || device.code}{' '}
                  {device.name && device.name !== device.code && <span className="quiet">{device.code}</span>}
                </span>
              </label>
            ) : null;
          })}
        </div>
      </div>
      {devices && rows.length === 0 && <p className="quiet small">{t('config.none.found')}</p>}
    </fieldset>
  );
}
