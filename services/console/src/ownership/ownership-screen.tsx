import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { matchesSearch } from '../evidence/matches-search.ts';
import { FindField } from '../parts/find-field.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { TimeField } from '../parts/time-field.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { spanOf } from '../time/time-range.ts';
import { type LaneItem, LaneList } from './lane-list.tsx';
import type { LanePart, LaneTime } from './lane-parts.ts';
import { type Change, changesWithin, movesOf } from './moves.ts';
import { type Ownership, useAbsences, useOwnership } from './ownership-query.ts';
import { ownershipViews, useOwnershipSearch } from './ownership-search.ts';
import { useOwnershipTexts } from './texts.ts';
import '../evidence/evidence.css';
import './ownership.css';
import { Explanation } from '../parts/explanation.tsx';
import { SeverityMark } from '../parts/mark.tsx';
import { Lane } from './lane.tsx';

const tints = 4;
const halfDayMs = 43_200_000;

/** Who held which session when, and what each change of holder cost. */
export default function OwnershipScreen() {
  const { t } = useOwnershipTexts();
  const search = useOwnershipSearch();
  const navigate = useNavigate({ from: '/ownership' });
  const plant = usePlantTime();
  const query = useOwnership(search.range);
  const { data: ownership } = query;
  const { from: rangeFrom, to: rangeTo } = search.range;
  const time = useMemo((): LaneTime => {
    const isLive = rangeTo === undefined;
    if (ownership) return { from: Date.parse(ownership.from), to: Date.parse(ownership.to), isLive };
    const { from, to } = spanOf({ from: rangeFrom, to: rangeTo }, plant.ofPlant, new Date());
    return { from: from.getTime(), to: to.getTime(), isLive };
  }, [ownership, rangeFrom, rangeTo, plant.ofPlant]);
  const at = Math.min(time.to, Math.max(time.from, search.at ?? time.to));
  // Until the data around the moment has come, the rows belong to another time and name no holder for this one.
  const isComing = query.isPlaceholderData && search.at !== undefined && search.at !== at;
  const [isMoved, setMoved] = useState(false);
  const setAt = useCallback(
    (moment: number | undefined) => {
      setMoved(false);
      void navigate({
        replace: true,
        search: (before) => ({
          ...before,
          at: moment === undefined ? undefined : new Date(moment).toISOString(),
        }),
      });
    },
    [navigate],
  );
  /** Chooses a moment. A typed one may be outside of the time shown, which then moves there. */
  const lookAt = (moment: number) => {
    if (moment >= time.from && moment <= time.to) return setAt(moment);
    const iso = (ms: number) => new Date(ms).toISOString();
    const to = moment + halfDayMs < Date.now() ? iso(moment + halfDayMs) : undefined;
    setMoved(true);
    void navigate({
      replace: true,
      search: (before) => ({ ...before, from: iso(moment - halfDayMs), to, at: iso(moment) }),
    });
  };
  return (
    <section className="evidence" aria-labelledby="ownership-title">
      <div className="toolbar">
        <h1 id="ownership-title">{t('ownership.title')}</h1>
        <nav className="filter" aria-label={t('ownership.by')}>
          {ownershipViews.map((each) => (
            <Link
              key={each}
              to="/ownership"
              search={(before) => ({ ...before, by: each })}
              aria-current={search.by === each ? 'true' : undefined}
            >
              {t(`ownership.by.${each}`)}
            </Link>
          ))}
        </nav>
        <FindField
          className="evidence-find"
          label={t('ownership.find')}
          value={search.find}
          onChange={(find) => void navigate({ replace: true, search: (before) => ({ ...before, find }) })}
        />
        <RangeChoice
          range={search.range}
          onChange={(range) => {
            setMoved(false);
            void navigate({ search: (before) => ({ ...before, ...range, to: range.to, at: undefined }) });
          }}
        />
        <Link to="/report" search={search.range} className="button">
          {t('ownership.report')}
        </Link>
      </div>
      <div className="moment">
        <TimeField
          label={t('ownership.at')}
          at={isComing ? (search.at ?? at) : at}
          withSeconds
          notAfter="now"
          onAt={lookAt}
        />
        {search.at !== undefined && (
          <Button className="button is-bare" onPress={() => setAt(undefined)}>
            {t('ownership.at.reset')}
          </Button>
        )}
        <p className="quiet small" role="status">
          {t(isMoved ? 'ownership.at.moved' : 'ownership.hint')}
        </p>
      </div>
      <QueryAnswer
        query={isComing ? { data: undefined, error: query.error, refetch: query.refetch } : query}
        title={t('ownership.failed')}
        isEmpty={({ results }) => results.length === 0}
        empty={<p>{t('ownership.none', { time: plant.between(new Date(time.from), new Date(time.to)) })}</p>}
      >
        {(data) => <OwnershipLanes ownership={data} search={search} time={time} at={at} setAt={setAt} />}
      </QueryAnswer>
    </section>
  );
}

function OwnershipLanes({
  ownership,
  search,
  time,
  at,
  setAt,
}: {
  ownership: Ownership;
  search: ReturnType<typeof useOwnershipSearch>;
  time: LaneTime;
  /** The chosen moment. */
  at: number;
  setAt: (at: number | undefined) => void;
}) {
  const { t, locale } = useOwnershipTexts();
  const { by, find, range } = search;
  const absences = useAbsences(range);
  const rows = useMemo(() => rowsOf(ownership.results, find, locale), [ownership, find, locale]);
  const changes = useMemo(() => changesWithin(rows), [rows]);
  const moves = useMemo(() => movesOf(changes), [changes]);
  const collectors = useMemo(
    () =>
      [...new Set(ownership.results.flatMap(({ spans }) => spans.map((span) => span.collector_id)))].sort(
        (one, other) => one.localeCompare(other, locale, { numeric: true }),
      ),
    [ownership, locale],
  );
  const tintOf = useCallback(
    (collector: string) => Math.max(0, collectors.indexOf(collector)) % tints,
    [collectors],
  );
  const items = useMemo(
    () =>
      by === 'session'
        ? rows.map((row): LaneItem => ({ kind: 'row', key: row.session_id, row }))
        : byCollector(rows, collectors, (count, now) => t('ownership.group', { count, now: String(now) })),
    [by, rows, collectors, t],
  );
  return (
    <>
      <Findings rows={rows} changes={changes} />
      {items.length === 0 ? (
        <p className="empty">{t('ownership.none.found')}</p>
      ) : (
        <LaneList
          items={items}
          absences={absences}
          moves={moves}
          time={time}
          at={at}
          isPinned={search.at !== undefined}
          tintOf={tintOf}
          onAt={setAt}
        />
      )}
      {ownership.isCut && (
        <p className="left-out">{t('ownership.cut', { count: ownership.results.length })}</p>
      )}
      <LaneLegend />
    </>
  );
}

function rowsOf(rows: readonly OwnershipRow[], find: string, locale: string): OwnershipRow[] {
  return rows
    .filter((row) => matchesSearch(row, find, ...row.spans.map(({ collector_id }) => collector_id)))
    .sort(
      (one, other) =>
        one.task_code.localeCompare(other.task_code, locale, { numeric: true }) ||
        one.session_id.localeCompare(other.session_id, locale, { numeric: true }),
    );
}

/** Each collector with the sessions that it has held, limited to its own time. */
function byCollector(
  rows: readonly OwnershipRow[],
  collectors: readonly string[],
  countText: (count: number, now: number) => string,
): LaneItem[] {
  return collectors.flatMap((collector): LaneItem[] => {
    const own = rows.filter(({ spans }) => spans.some((span) => span.collector_id === collector));
    if (own.length === 0) return [];
    const now = own.filter(({ spans }) => {
      const last = spans.at(-1);
      return last?.collector_id === collector && last.to === null;
    }).length;
    return [
      { kind: 'group', key: `group ${collector}`, name: collector, counts: countText(own.length, now) },
      ...own.map(
        (row): LaneItem => ({ kind: 'row', key: `${collector} ${row.session_id}`, row, only: collector }),
      ),
    ];
  });
}

const countedReasons = ['failover', 'drain', 'rebalance', 'recovery'] as const;

/** Sums the lanes up in one sentence: whether two ever held a session at once, the changes of holder, and their cost. */
function Findings({ rows, changes }: { rows: readonly OwnershipRow[]; changes: readonly Change[] }) {
  const { t } = useOwnershipTexts();
  const twice = rows.filter(({ spans }) => spans.some((span) => span.read_twice !== null)).length;
  const byReason = Map.groupBy(changes, ({ reason }) => reason);
  const reasons = [...byReason].map(([reason, { length: n }]) => {
    const countedReason = countedReasons.find((each) => each === reason);
    return countedReason
      ? t(`ownership.reason.${countedReason}`, { n })
      : t('ownership.reason.other', { n, reason });
  });
  const cost = changes.reduce((sum, { missing }) => sum + missing, 0);
  return (
    <p className="findings">
      {twice === 0 ? (
        <strong>{t('ownership.nobodyTwice')}</strong>
      ) : (
        <strong className="findings-alarm">
          <SeverityMark severity={1} /> {t('ownership.twice', { count: twice })}
        </strong>
      )}{' '}
      {changes.length === 0
        ? t('ownership.changes.none')
        : `${t('ownership.changes', { count: changes.length, reasons: reasons.join(t('app.comma')) })} ${
            cost === 0 ? t('ownership.cost.none') : t('ownership.cost', { count: cost })
          }`}
    </p>
  );
}

const time = { from: 0, to: 1, isLive: true };
const kinds = ['held', 'unseen', 'unheld', 'paused', 'now', 'twice'] as const;
const none = () => '';
const first = () => 0;

/** The legend of the lanes. */
function LaneLegend() {
  const { t } = useOwnershipTexts();
  return (
    <ul className="legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <Lane parts={samples[kind]} time={time} tintOf={first} labelOf={none} />
          {t(`ownership.legend.${kind}`)}
        </li>
      ))}
      <li>
        <span className="legend-rule" aria-hidden="true" />
        {t('ownership.legend.move')}
      </li>
      <li>
        <Explanation meaning={t('word.epoch.means')}>{t('word.epoch')}</Explanation>
      </li>
    </ul>
  );
}

const samples: Readonly<Record<(typeof kinds)[number], readonly LanePart[]>> = {
  held: [{ kind: 'held', from: 0, to: 1 }],
  unseen: [
    { kind: 'unseen', from: 0, to: 0.5 },
    { kind: 'held', from: 0.5, to: 1 },
  ],
  unheld: [
    { kind: 'held', from: 0, to: 0.35 },
    { kind: 'held', from: 0.65, to: 1 },
  ],
  paused: [{ kind: 'paused', from: 0, to: 1 }],
  now: [{ kind: 'nobody', from: 0, to: 1 }],
  twice: [
    { kind: 'held', from: 0, to: 1 },
    { kind: 'twice', from: 0.4, to: 0.6 },
  ],
};
