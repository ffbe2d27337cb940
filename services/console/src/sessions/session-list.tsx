import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useMemo } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { useIsPrinting } from '../parts/is-printing.ts';
import { useScrolledList } from '../parts/use-scrolled-list.ts';
import { QuarterTimes } from '../strip/quarter-times.tsx';
import { useCommands } from './commands.tsx';
import type { RibbonTime } from './ribbon-parts.ts';
import { SessionRow } from './session-row.tsx';

export interface SessionGroup {
  readonly name: string;
  readonly order: string;
  readonly sessions: readonly SessionSummary[];
}

type Item =
  | { readonly kind: 'group'; readonly group: SessionGroup }
  | { readonly kind: 'session'; readonly session: SessionSummary };

interface ListProps {
  readonly groups: readonly SessionGroup[];
  readonly time: RibbonTime;
  readonly asOf: string;
  readonly chosenSession: string | undefined;
}

/** Sessions by group. Only visible ones, out of maybe five hundred, are in the page; arrow keys go from one to the next. */
export function SessionList({ groups, time, asOf, chosenSession }: ListProps) {
  const { t } = usePreferences();
  const { pendingCommands } = useCommands();
  const isPrinting = useIsPrinting();
  const items = useMemo(
    () =>
      groups.flatMap((group): Item[] => [
        { kind: 'group', group },
        ...group.sessions.map((session): Item => ({ kind: 'session', session })),
      ]),
    [groups],
  );
  const isGroup = (index: number) => items[index]?.kind === 'group';
  const { scroller, onKeyDown, rows } = useScrolledList({
    keys: items.map((item) => (item.kind === 'session' ? item.session.id : `group ${item.group.name}`)),
    isStop: (index) => !isGroup(index),
    sizeOf: (index) => (isGroup(index) ? 36 : 42),
    overscan: isPrinting ? items.length : 8,
    attribute: 'session',
    chosenKey: chosenSession,
    chosenIndex: items.findIndex((item) => item.kind === 'session' && item.session.id === chosenSession),
  });

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go between the links within, which are reached by Tab as well
    <div className="session-scroller" ref={scroller} onKeyDown={onKeyDown}>
      <div
        role="table"
        aria-label={t('sessions.title')}
        aria-rowcount={items.length + 1}
        className="session-table"
      >
        <div role="rowgroup" className="session-head">
          <Columns time={time} asOf={asOf} />
        </div>
        <div role="rowgroup" className="session-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            const place = { transform: `translateY(${start}px)` };
            const common = {
              'data-index': index,
              ref: rows.measureElement,
              style: place,
              role: 'row',
              'aria-rowindex': index + 2,
            };
            if (item.kind === 'group') {
              return (
                <div key={key} {...common} className="session-group">
                  <div role="cell">
                    <strong>
                      {item.group.name} · {item.group.sessions.length}
                    </strong>{' '}
                    <span className="quiet">{item.group.order}</span>
                  </div>
                </div>
              );
            }
            const { session } = item;
            return (
              <div
                key={key}
                {...common}
                className={session.id === chosenSession ? 'session-row is-chosen' : 'session-row'}
              >
                <SessionRow
                  session={session}
                  time={time}
                  asOf={asOf}
                  isChosen={session.id === chosenSession}
                  pendingCommand={pendingCommands.get(session.id)}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Columns({ time, asOf }: { time: RibbonTime; asOf: string }) {
  const { t } = usePreferences();
  const [from, to] = [Date.parse(time.from), Date.parse(time.to)];
  const isNow = Date.parse(asOf) - to < 120_000;
  return (
    <div role="row" aria-rowindex={1} className="session-row is-head">
      <div role="columnheader" className="cell is-state">
        {t('sessions.column.state')}
      </div>
      <div role="columnheader" className="cell is-name">
        {t('sessions.column.session')}
      </div>
      <div role="columnheader" className="cell is-ribbon">
        <span className="heard">{t('sessions.column.ribbon')}</span>
        <span className="axis" aria-hidden="true">
          <QuarterTimes from={from} to={to} end={isNow ? t('sessions.now') : undefined} />
        </span>
      </div>
      <div role="columnheader" className="cell is-complete is-number">
        {t('sessions.column.complete')}
      </div>
      <div role="columnheader" className="cell is-values is-number">
        {t('sessions.column.values')}
      </div>
      <div role="columnheader" className="cell is-devices is-number">
        {t('sessions.column.devices')}
      </div>
      <div role="columnheader" className="cell is-sample is-number">
        {t('sessions.column.sample')}
      </div>
      <div role="columnheader" className="cell is-holder">
        {t('sessions.column.holder')}
      </div>
    </div>
  );
}
