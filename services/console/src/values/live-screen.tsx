import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { FindField } from '../parts/find-field.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { trendsAtMost } from '../trends/trends-search.ts';
import { countPlaces, filterPlaces, type PlaceCounts, placesMatching } from './filter-places.ts';
import { useValuesTexts } from './texts.ts';
import { type Link as StreamLink, useBoard, valuesAtMost } from './use-board.ts';
import type { ValueBoard } from './value-board.ts';
import { ValueTable } from './value-table.tsx';
import { useValuesSearch, type ValuesSearch, valueShows } from './values-search.ts';
import './values.css';

const silentMs = 10_000;

/** The last value of every point, as it comes. */
export default function LiveScreen() {
  const { t, locale } = useValuesTexts();
  const { session, device, points, show } = useValuesSearch();
  const [heldAt, setHeldAt] = useState<Date>();
  const choice = useMemo(
    () => (show === 'chosen' && points.length > 0 ? { points } : { session, device }),
    [show, points, session, device],
  );
  const { query, link, subscribe } = useBoard(choice, heldAt !== undefined);
  const { data, error, refetch } = query;
  const numbers = new Intl.NumberFormat(locale);
  return (
    <section className="values" aria-labelledby="values-title">
      {data === undefined ? (
        <>
          <Toolbar counts={undefined} heldAt={heldAt} onHold={setHeldAt} />
          {error ? (
            <ProblemText title={t('values.failed')} error={error} again={() => void refetch()} />
          ) : (
            <p className="empty quiet" role="status">
              {t('app.loading')}
            </p>
          )}
        </>
      ) : (
        <>
          <Values board={data.board} {...{ subscribe, heldAt, link }} onHold={setHeldAt} />
          {data.page.next_cursor !== null && (
            <p className="left-out">{t('values.leftOut', { most: numbers.format(valuesAtMost) })}</p>
          )}
          {data.page.unknown.length > 0 && (
            <p className="left-out">
              {t('values.unknown', { points: data.page.unknown.join(t('app.list')) })}
            </p>
          )}
          {data.page.not_asked.map(({ what, detail }) => (
            <p key={what} className="left-out" role="status">
              {t('values.notAsked', { detail })}
            </p>
          ))}
        </>
      )}
    </section>
  );
}

interface ValuesProps {
  readonly board: ValueBoard;
  readonly link: StreamLink;
  readonly subscribe: (listener: () => void) => () => void;
  readonly heldAt: Date | undefined;
  readonly onHold: (at: Date | undefined) => void;
}

function Values({ board, link, subscribe, heldAt, onHold }: ValuesProps) {
  const { t } = useValuesTexts();
  const { points, show, find } = useValuesSearch();
  const navigate = useNavigate({ from: '/live' });
  const chosenPoints = useMemo(() => new Set(points), [points]);
  const matches = useMemo(() => placesMatching(board, find), [board, find]);
  const { counts, places, isSilent } = useVisibleValues(board, matches, {
    subscribe,
    heldAt,
    show,
    chosenPoints,
  });
  const choose = useCallback(
    (name: string, isChosen: boolean) =>
      void navigate({
        search: ({ points = [], ...before }) => {
          const otherPoints = points.filter((each) => each !== name);
          const nextPoints = isChosen ? [...otherPoints, name] : otherPoints;
          return { ...before, points: nextPoints.length === 0 ? undefined : nextPoints };
        },
        replace: true,
      }),
    [navigate],
  );
  return (
    <>
      <Toolbar counts={counts} heldAt={heldAt} onHold={onHold} />
      <StreamState {...{ board, link, heldAt, isSilent }} />
      {places.length === 0 ? (
        <NothingShown hasPoints={board.points.length > 0} />
      ) : (
        <ValueTable {...{ board, places, chosenPoints, subscribe, heldAt }} onChoose={choose} />
      )}
      {chosenPoints.size > 0 && (
        <p className="values-chosen">
          {chosenPoints.size > trendsAtMost ? (
            <Button className="button" isDisabled aria-describedby="too-many">
              {t('values.trend', { count: chosenPoints.size })}
            </Button>
          ) : (
            <Link to="/trends" search={{ points }} className="button is-main">
              {t('values.trend', { count: chosenPoints.size })}
            </Link>
          )}
          <Button
            className="button"
            onPress={() => void navigate({ search: ({ points: _, ...before }) => before, replace: true })}
          >
            {t('values.clear')}
          </Button>
          {chosenPoints.size > trendsAtMost && (
            <span id="too-many" className="quiet">
              {t('values.trend.many', { most: trendsAtMost })}
            </span>
          )}
        </p>
      )}
    </>
  );
}

interface VisibleOptions extends Pick<ValuesProps, 'subscribe' | 'heldAt'> {
  readonly show: (typeof valueShows)[number];
  readonly chosenPoints: ReadonlySet<string>;
}

/** The shown points, and their number by kind: judged again each second, and reported only when something has changed. */
function useVisibleValues(board: ValueBoard, places: readonly number[], options: VisibleOptions) {
  const { subscribe, heldAt, show, chosenPoints } = options;
  const judge = useCallback(() => {
    const nowMs = (heldAt?.getTime() ?? Date.now()) + board.clockAheadMs;
    return {
      counts: countPlaces(board, places, nowMs),
      places: filterPlaces(board, places, { show, chosenPoints, nowMs }),
      isSilent: nowMs - board.newestMs() > silentMs && board.devices.length > 0,
    };
  }, [board, places, heldAt, show, chosenPoints]);
  const [visibleValues, setShown] = useState(judge);
  useEffect(() => {
    const look = () => setShown((before) => (isSame(before, judge()) ? before : judge()));
    look();
    const timer = setInterval(look, 1_000);
    const leave = subscribe(look);
    return () => {
      clearInterval(timer);
      leave();
    };
  }, [judge, subscribe]);
  return visibleValues;
}

type VisibleValues = ReturnType<typeof useVisibleValues>;

function isSame(one: VisibleValues, other: VisibleValues): boolean {
  const { counts, places, isSilent } = one;
  return (
    isSilent === other.isSilent &&
    counts.all === other.counts.all &&
    counts.attention === other.counts.attention &&
    counts.uncertain === other.counts.uncertain &&
    places.length === other.places.length &&
    (places === other.places || places.every((place, index) => place === other.places[index]))
  );
}

/** Says whether values still come, or since when they do not. */
function StreamState({
  board,
  link,
  heldAt,
  isSilent,
}: Pick<ValuesProps, 'board' | 'link' | 'heldAt'> & { readonly isSilent: boolean }) {
  const { t } = useValuesTexts();
  const plant = usePlantTime();
  const time = (at: Date) => plant.moment(at);
  if (heldAt) {
    return (
      <p className="values-notice" role="status">
        {t('values.paused', { time: time(heldAt) })}
      </p>
    );
  }
  if (link.state === 'lost') {
    return (
      <p className="stale" role="alert">
        {t('values.lost', { time: time(link.since) })}
      </p>
    );
  }
  if (!isSilent) return null;
  const newestMs = board.newestMs();
  return (
    <p className="stale" role="alert">
      {newestMs === 0 ? t('values.silent.ever') : t('values.silent', { time: time(new Date(newestMs)) })}
    </p>
  );
}

interface ToolbarProps extends Pick<ValuesProps, 'heldAt' | 'onHold'> {
  readonly counts: PlaceCounts | undefined;
}

function Toolbar({ counts, heldAt, onHold }: ToolbarProps) {
  const { t, locale } = useValuesTexts();
  const { points, show, find } = useValuesSearch();
  const navigate = useNavigate({ from: '/live' });
  const numbers = new Intl.NumberFormat(locale);
  const countOf = (each: (typeof valueShows)[number]) =>
    each === 'chosen' ? points.length : show === 'chosen' ? undefined : counts?.[each];
  return (
    <header className="toolbar">
      <h1 id="values-title">{t('values.title')}</h1>
      <nav className="filter" aria-label={t('values.filter')}>
        {valueShows.map((each) => {
          const count = countOf(each);
          return (
            <Link
              key={each}
              to="/live"
              search={(before: ValuesSearch) => ({ ...before, shown: each === 'all' ? undefined : each })}
              aria-current={each === show ? 'true' : undefined}
            >
              {t(`values.filter.${each}`)}{' '}
              <span className="count">{count === undefined ? '' : numbers.format(count)}</span>
            </Link>
          );
        })}
      </nav>
      <FindField
        label={t('values.find')}
        value={find}
        onChange={(text) => void navigate({ search: (before) => ({ ...before, find: text }), replace: true })}
      />
      <PointsOf />
      <Button className="button" onPress={() => onHold(heldAt ? undefined : new Date())}>
        {heldAt ? t('values.resume') : t('values.pause')}
      </Button>
    </header>
  );
}

/** The choice of points: those of a session, of a device, or all. */
function PointsOf() {
  const { t } = useValuesTexts();
  const { session, device } = useValuesSearch();
  const navigate = useNavigate({ from: '/live' });
  const { data: sessions = [] } = useQuery({
    queryKey: ['sessions', 'active'],
    queryFn: () => api.get<SessionView[]>('/api/acquisition/sessions/active/'),
  });
  const { data: devices = [] } = useQuery({
    queryKey: ['devices', 'codes'],
    queryFn: async () => (await api.list('/api/config/devices/', {}, 5_000)).map(({ code }) => String(code)),
  });
  const value = session ? `session ${session}` : device ? `device ${device}` : '';
  const knowsSession = session === undefined || sessions.some(({ id }) => id === session);
  const knowsDevice = device === undefined || devices.includes(device);
  return (
    <select
      className="choice values-of"
      aria-label={t('values.of')}
      value={value}
      onChange={({ target }) => {
        const [kind, ...code] = target.value.split(' ');
        const name = code.join(' ');
        void navigate({
          search: ({ shown: visibleValues, find, points }) => ({
            ...{ find, points, shown: visibleValues === 'chosen' ? undefined : visibleValues },
            ...(kind === 'session' && { session: name }),
            ...(kind === 'device' && { device: name }),
          }),
        });
      }}
    >
      <option value="">{t('values.of.all')}</option>
      {!knowsSession && <option value={value}>{session}</option>}
      {!knowsDevice && <option value={value}>{device}</option>}
      {sessions.length > 0 && (
        <optgroup label={t('values.of.sessions')}>
          {sessions.map(({ id, task_code, task_name }) => (
            <option key={id} value={`session ${id}`}>
              {task_name || task_code} · {id}
            </option>
          ))}
        </optgroup>
      )}
      {devices.length > 0 && (
        <optgroup label={t('values.of.devices')}>
          {devices.map((code) => (
            <option key={code} value={`device ${code}`}>
              {code}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

function NothingShown({ hasPoints }: { hasPoints: boolean }) {
  const { t } = useValuesTexts();
  const { show, find, session, device } = useValuesSearch();
  if (!hasPoints && !session && !device && show !== 'chosen') {
    return (
      <div className="empty">
        <h2>{t('values.none')}</h2>
        <p className="quiet">{t('values.none.how')}</p>
      </div>
    );
  }
  return (
    <div className="empty">
      <p>{show === 'all' || find !== '' ? t('values.none.found') : t(`values.none.${show}`)}</p>
      <Link to="/live" search={(before: ValuesSearch) => ({ points: before.points })}>
        {t('values.none.clear')}
      </Link>
    </div>
  );
}
