import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { Button } from 'react-aria-components/Button';
import { ProblemText } from '../parts/problem-text.tsx';
import type { Stretch } from '../strip/stretch.ts';
import { useFeed } from './feed.ts';
import { FeedList } from './feed-list.tsx';
import { LaneTable } from './lane-table.tsx';
import { LanesView } from './lanes-view.tsx';
import { Moment } from './moment.tsx';
import { Overview } from './overview.tsx';
import { useTimelineTexts } from './texts.ts';
import { useTimeline, useWholeLife } from './timeline-queries.ts';
import { type FeedKind, kinds, type TimelineSearch, useTimelineSearch } from './timeline-search.ts';
import { useView, type View } from './use-view.ts';
import { centreView, panView, zoomView } from './viewport.ts';
import './timeline.css';
import { Explanation } from '../parts/explanation.tsx';
import { Strip } from '../strip/strip.tsx';
import { timeScale } from '../strip/time-scale.ts';
import { laneHeight, laneMarks } from './lane-marks.ts';

const sources = {
  all: ['session', 'device', 'gap'],
  session: ['session'],
  devices: ['device'],
  missing: ['gap'],
} as const satisfies Record<FeedKind, readonly string[]>;

/** One session over time: what it did, who held it, the states of its devices, and what is missing. */
export default function TimelineScreen() {
  const { t } = useTimelineTexts();
  const { id } = useParams({ from: '/sessions/$id/timeline' });
  const whole = useWholeLife(id);
  const { error } = whole;
  if (whole.data) return <TimelineContent key={id} id={id} whole={whole.data} />;
  if (error instanceof ApiRefusal && error.status === 404) {
    return (
      <div className="empty">
        <p>{t('timeline.gone', { session: id })}</p>
        <Link to="/sessions">{t('timeline.back')}</Link>
      </div>
    );
  }
  if (error) {
    return <ProblemText title={t('timeline.failed')} error={error} again={() => void whole.refetch()} />;
  }
  return <p className="empty quiet">{t('app.loading')}</p>;
}

function TimelineContent({ id, whole }: { id: string; whole: Timeline }) {
  const { t } = useTimelineTexts();
  const search = useTimelineSearch();
  const { kind = 'all', only, at } = search;
  const view = useView(whole);
  const { data: line = whole, error, refetch } = useTimeline(id, view.query);
  const visibleStretch = view.stretchFor(line);
  const navigate = useNavigate({ from: '/sessions/$id/timeline' });
  const feed = useFeed(id, sources[kind], { ...view.query, isOnlyAbnormal: only === 'abnormal' });
  const look = (moment: number | undefined) =>
    void navigate({
      search: (before) => ({
        ...before,
        at: moment === undefined ? undefined : new Date(moment).toISOString(),
      }),
      replace: true,
    });
  useShownMoment(at, view, visibleStretch);
  return (
    <div className="tl">
      <Head id={id} line={whole} view={view} visibleStretch={visibleStretch} />
      {error && <ProblemText title={t('timeline.failed')} error={error} again={() => void refetch()} />}
      <section className="tl-drawing" aria-label={t('timeline.title')}>
        <Overview line={whole} all={view.all} view={visibleStretch} onView={view.show} />
        <LanesView
          line={line}
          view={visibleStretch}
          all={view.all}
          isFolded={search.idle !== 'whole'}
          at={at === undefined ? undefined : Date.parse(at)}
          onView={view.show}
          onMoment={look}
        />
        {line.ticks === null && <p className="small quiet">{t('timeline.lost')}</p>}
        {line.is_cut && <p className="small quiet">{t('timeline.cut')}</p>}
        {line.not_asked.map(({ detail }) => (
          <p key={detail} className="small">
            {detail}
          </p>
        ))}
        <div className="tl-under">
          <TimelineLegend />
          <LaneTable line={line} />
        </div>
      </section>
      <div className="tl-below">
        <div className="tl-feed">
          <FeedHead />
          <FeedList
            key={`${kind} ${search.as}`}
            id={id}
            feed={feed}
            isJson={search.as === 'json'}
            isOnlyAbnormal={only === 'abnormal'}
            chosenKey={at}
          />
        </div>
        {at !== undefined && <Moment id={id} at={at} line={line} />}
      </div>
    </div>
  );
}

/** Brings a moment that was chosen in the list into the visible part of the lanes, once. */
function useShownMoment(at: string | undefined, view: View, visibleStretch: Stretch): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: afterwards the lanes may be moved away from it again
  useEffect(() => {
    if (at === undefined) return;
    const centredView = centreView(visibleStretch, Date.parse(at), view.all);
    if (centredView !== visibleStretch) view.show(centredView);
  }, [at]);
}

function Head({
  id,
  line,
  view,
  visibleStretch,
}: {
  id: string;
  line: Timeline;
  view: View;
  visibleStretch: Stretch;
}) {
  const { t } = useTimelineTexts();
  const { idle } = useTimelineSearch();
  const navigate = useNavigate({ from: '/sessions/$id/timeline' });
  const { all, show } = view;
  const middle = (visibleStretch.from + visibleStretch.to) / 2;
  const step = (visibleStretch.to - visibleStretch.from) / 2;
  const moves = useMemo(
    () =>
      [
        ['timeline.earlier', '←', () => show(panView(visibleStretch, -step, all))],
        ['timeline.later', '→', () => show(panView(visibleStretch, step, all))],
        ['timeline.zoom.in', '+', () => show(zoomView(visibleStretch, 0.5, middle, all))],
        ['timeline.zoom.out', '−', () => show(zoomView(visibleStretch, 2, middle, all))],
      ] as const,
    [visibleStretch, step, middle, all, show],
  );
  const isOver = line.stopped_at !== null;
  return (
    <header className="toolbar">
      <h1>
        <Link to="/sessions" search={{ session: id }}>
          {line.task_name || line.task_code}
        </Link>{' '}
        <span className="quiet">{id}</span>
      </h1>
      <div className="tl-moves" role="group" aria-label={t('timeline.title')}>
        {moves.map(([name, sign, move]) => (
          <Button key={name} className="button" aria-label={t(name)} onPress={move}>
            {sign}
          </Button>
        ))}
        <Button className="button" onPress={() => show(all)}>
          {t('timeline.whole')}
        </Button>
      </div>
      <label className="tl-check">
        <input
          type="checkbox"
          checked={idle !== 'whole'}
          onChange={({ target }) =>
            void navigate({
              search: (before) => ({ ...before, idle: target.checked ? undefined : 'whole' }),
              replace: true,
            })
          }
        />
        {t('timeline.idle')}
      </label>
      {!isOver && (
        <Button
          className={view.isLive ? 'button' : 'button is-main'}
          aria-pressed={view.isLive}
          onPress={() => (view.isLive ? view.holdStill(visibleStretch) : view.goLive())}
        >
          {t(view.isLive ? 'timeline.pause' : 'timeline.live')}
        </Button>
      )}
      {!isOver && (
        <span className="small quiet" role="status">
          {t(view.isLive ? 'timeline.live.on' : 'timeline.live.off')}
        </span>
      )}
    </header>
  );
}

function FeedHead() {
  const { t } = useTimelineTexts();
  const { kind = 'all', only, as } = useTimelineSearch();
  const navigate = useNavigate({ from: '/sessions/$id/timeline' });
  const set = (change: Pick<TimelineSearch, 'kind' | 'only' | 'as'>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <header className="feed-head">
      <h2>{t('feed.title')}</h2>
      <div className="filter" role="group" aria-label={t('feed.kind')}>
        {kinds.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === kind}
            onClick={() => set({ kind: each === 'all' ? undefined : each })}
          >
            {t(`feed.kind.${each}`)}
          </button>
        ))}
      </div>
      <label className="tl-check">
        <input
          type="checkbox"
          checked={only === 'abnormal'}
          onChange={({ target }) => set({ only: target.checked ? 'abnormal' : undefined })}
        />
        {t('feed.only')}
      </label>
      <div className="filter" role="group" aria-label={t('feed.as')}>
        {(['list', 'json'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={(as ?? 'list') === each}
            onClick={() => set({ as: each === 'json' ? each : undefined })}
          >
            {t(`feed.as.${each}`)}
          </button>
        ))}
      </div>
    </header>
  );
}

const scale = timeScale({ from: 0, to: 10 });
const samples = ['hole', 'now', 'hollow', 'several'] as const;

/** The signs of the lanes. */
function TimelineLegend() {
  const { t } = useTimelineTexts();
  return (
    <ul className="tl-legend">
      {samples.map((kind) => (
        <li key={kind}>
          <Sample kind={kind} label={t(`timeline.legend.${kind}`)} />
          <span aria-hidden="true">{t(`timeline.legend.${kind}`)}</span>
        </li>
      ))}
      <li>
        <Explanation meaning={t('word.epoch.means')}>{t('word.epoch')}</Explanation>
      </li>
    </ul>
  );
}

function Sample({ kind, label }: { kind: (typeof samples)[number]; label: string }) {
  const marks = useCallback(
    (width: number) => {
      const parts = [
        { kind: 'solid', from: 0, to: 10, text: undefined },
        { kind, from: 3, to: 10, text: undefined },
      ] as const;
      return laneMarks({ kind: 'device', parts }, { scale, words: () => '', width });
    },
    [kind],
  );
  return <Strip marks={marks} height={laneHeight} className="tl-canvas" label={label} />;
}
