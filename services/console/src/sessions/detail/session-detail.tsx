import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { Link } from '@tanstack/react-router';
import { ApplyButton } from '../../apply/apply-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { useWhyNotAt } from '../../parts/role-note.tsx';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import type { TimeRange } from '../../time/time-range.ts';
import { pendingWord, useCommands } from '../commands.tsx';
import type { RibbonTime } from '../ribbon-parts.ts';
import { severityOf, stateKey } from '../session-state.ts';
import { Devices } from './devices.tsx';
import { Holders } from './holders.tsx';
import { SessionActions } from './session-actions.tsx';
import { useGaps, useSession } from './session-queries.ts';
import { useDetailTexts } from './texts.ts';
import { Why } from './why.tsx';
import './detail.css';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useRangeName } from '../../time/range-name.ts';
import { useFeed } from '../../timeline/feed.ts';
import { HappeningText } from '../../timeline/happening-text.tsx';
import { GapOrigins } from '../../words/gap-origins.tsx';
import { useWords } from '../../words/texts.ts';

interface DetailProps {
  readonly id: string;
  readonly range: TimeRange;
  /** Undefined where the list does not have the session. */
  readonly summary: SessionSummary | undefined;
  readonly time: RibbonTime | undefined;
}

/** One session next to the list: the reason for its state, what can be done, and its past. */
export default function SessionDetail({ id, range, summary, time }: DetailProps) {
  const { t } = useDetailTexts();
  const { data, error, refetch } = useSession(id);
  const isGone = error instanceof ApiRefusal && error.status === 404;
  return (
    <aside className="detail" aria-label={t('detail.label', { session: id })}>
      <Link
        to="/sessions"
        search={({ session: _, ...before }) => before}
        className="button is-bare detail-close"
        aria-label={t('app.close')}
      >
        <Icon name="close" />
      </Link>
      {data ? (
        <SessionContent session={data} range={range} summary={summary} time={time} />
      ) : error ? (
        isGone ? (
          <p>{t('detail.gone', { session: id })}</p>
        ) : (
          <ProblemText title={id} error={error} again={() => void refetch()} />
        )
      ) : (
        <p className="quiet">{t('app.loading')}</p>
      )}
    </aside>
  );
}

function SessionContent({
  session,
  range,
  summary,
  time,
}: Omit<DetailProps, 'id'> & { session: SessionLiveView }) {
  const { t } = useDetailTexts();
  const { pendingCommands } = useCommands();
  const severity = summary && severityOf(summary);
  const under = pendingCommands.get(session.id);
  return (
    <>
      <header className="detail-head">
        {severity === undefined ? <StateMark state={session.status} /> : <SeverityMark severity={severity} />}
        <div>
          <h2>
            {session.task_name || session.task_code} <span className="quiet">{session.id}</span>
          </h2>
          <p>
            {t(under ? pendingWord[under] : stateKey(session))}
            {' · '}
            <Link to="/sessions/$id/timeline" params={{ id: session.id }}>
              {t('detail.timeline')}
            </Link>
          </p>
        </div>
      </header>
      <Why session={session} summary={summary} />
      {!!summary?.never_delivered && (
        <p>
          {session.status === 'running' ? (
            <Link to="/devices" search={{ session: session.id, condition: 'undelivered' }}>
              {t('detail.undelivered', { count: summary.never_delivered })}
            </Link>
          ) : (
            t('detail.undelivered', { count: summary.never_delivered })
          )}
        </p>
      )}
      <SessionActions session={session} sites={summary?.sites ?? []} />
      <Holders id={session.id} range={range} />
      <Devices session={session} />
      <Gaps id={session.id} range={range} />
      {summary && time && <RibbonTable session={summary} time={time} />}
      <Events id={session.id} />
      <Facts session={session} summary={summary} />
    </>
  );
}

function Facts({ session, summary }: { session: SessionLiveView; summary: SessionSummary | undefined }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const now = useNow();
  const { started_at: startedAt, stopped_at: stoppedAt, task_code: task } = session;
  const end = stoppedAt === null ? now.getTime() : Date.parse(stoppedAt);
  const sites = (summary?.sites ?? []).filter((site) => site !== '');
  return (
    <dl className="facts">
      <dt>{t(stoppedAt === null ? 'detail.facts.duration' : 'detail.facts.lasted')}</dt>
      <dd>{durationText(t, (end - Date.parse(startedAt)) / 1_000)}</dd>
      <dt>{t('detail.facts.started')}</dt>
      <dd>{plant.whole(new Date(startedAt))}</dd>
      <dt>{t('detail.facts.task')}</dt>
      <dd>{task}</dd>
      {sites.length > 0 && (
        <>
          <dt>{t('detail.facts.sites')}</dt>
          <dd>{sites.join(t('app.list'))}</dd>
        </>
      )}
      <dt>{t('detail.facts.config')}</dt>
      <dd>
        <Configuration session={session} summary={summary} />
      </dd>
    </dl>
  );
}

function Configuration({
  session,
  summary,
}: {
  session: SessionLiveView;
  summary: SessionSummary | undefined;
}) {
  const { t } = useDetailTexts();
  const { config_version, is_newer_configured: isNewer } = session;
  const whyNot = useWhyNotAt('engineer', summary?.sites ?? []);
  // Without the session's sites the role that counts is unknown, so the API judges.
  const whyForbidden = summary && whyNot;
  const age = isNewer === null ? 'unknown' : isNewer ? 'newer' : 'newest';
  return (
    <>
      {t(`detail.facts.config.${age}`, { version: String(config_version) })}{' '}
      <ApplyButton
        label={t('detail.config.apply')}
        sessions={isNewer ? [session] : []}
        forbidden={whyForbidden}
      />
      {isNewer && (
        <>
          <br />
          <span className="quiet small">{t('detail.config.how')}</span>
        </>
      )}
    </>
  );
}

/** The ribbon for screen readers: each part of the time in which ticks were due. */
function RibbonTable({ session, time }: { session: SessionSummary; time: RibbonTime }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const { ribbon } = session;
  if (ribbon === null) return null;
  const begin = Date.parse(time.from);
  const missing = (bucket: number) =>
    ribbon.missing.reduce((sum, each) => sum + (each.bucket === bucket ? each.ticks : 0), 0);
  return (
    <div className="heard">
      <table>
        <caption>{t('ribbon.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('ribbon.table.from')}</th>
            <th scope="col">{t('ribbon.table.expected')}</th>
            <th scope="col">{t('ribbon.table.stored')}</th>
            <th scope="col">{t('ribbon.table.missing')}</th>
          </tr>
        </thead>
        <tbody>
          {ribbon.expected.map((expected, bucket) => {
            const from = new Date(begin + bucket * time.bucket_seconds * 1_000);
            return expected === 0 ? null : (
              <tr key={from.getTime()}>
                <th scope="row">{plant.moment(from)}</th>
                <td>{expected}</td>
                <td>{ribbon.stored[bucket]}</td>
                <td>{missing(bucket)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const rowsAtMost = 5;

/** The gaps in the time shown, to the second and with their causes, newest first: the largest until all are wanted. */
function Gaps({ id, range }: { id: string; range: TimeRange }) {
  const { t } = useDetailTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const { short } = useRangeName();
  const { data } = useGaps(id, range);
  const [isWhole, setWhole] = useState(false);
  if (data === undefined) return null;
  const { results, next_cursor: next } = data;
  const largest = results.toSorted((one, other) => other.ticks - one.ticks).slice(0, rowsAtMost);
  const newestSpans = (isWhole ? results : largest).toSorted(
    (one, other) => Date.parse(other.start_time) - Date.parse(one.start_time),
  );
  return (
    <section>
      <h3>{t('detail.gaps', { range: short(range) })}</h3>
      {newestSpans.length === 0 ? (
        <p className="quiet small">{t('detail.gaps.none')}</p>
      ) : (
        <ol className="events">
          {newestSpans.map((gap) => (
            <li key={`${gap.device} ${gap.from_tick}`}>
              <time dateTime={gap.start_time}>{plant.moment(new Date(gap.start_time))}</time>
              <span>
                {t('detail.gaps.gap', {
                  ...{ count: gap.ticks, device: gap.device },
                  duration: durationText(t, (Date.parse(gap.end_time) - Date.parse(gap.start_time)) / 1_000),
                })}
                <span className="quiet"> {word(`cause.${gap.cause}`)}</span>
                <GapOrigins session={id} events={gap.events} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {!isWhole && results.length > rowsAtMost && (
        <Button className="button is-bare" onPress={() => setWhole(true)}>
          {t(next === null ? 'detail.gaps.all' : 'detail.gaps.first', { count: results.length })}
        </Button>
      )}
    </section>
  );
}

/**
 * The newest events of the session and, separately, the newest changes of its devices: changes of five devices must not
 * push the last change of holder out of the list.
 */
function Events({ id }: { id: string }) {
  const { t } = useDetailTexts();
  return (
    <>
      <NewestRows id={id} of="session" title={t('detail.events')} more={t('detail.events.more')} first={6} />
      <NewestRows id={id} of="device" title={t('detail.changes')} more={t('detail.changes.more')} first={4} />
    </>
  );
}

interface NewestProps {
  readonly id: string;
  readonly of: 'session' | 'device';
  readonly title: string;
  readonly more: string;
  readonly first: number;
}

function NewestRows({ id, of, title, more, first }: NewestProps) {
  const plant = usePlantTime();
  const { rows, hasMore, readOn } = useFeed(id, [of], {});
  const [atMost, setAtMost] = useState(first);
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ol className="events">
        {rows.slice(0, atMost).map((row) => (
          <li key={row.key}>
            <time dateTime={row.time}>{plant.moment(new Date(row.time))}</time>
            <HappeningText session={id} row={row} />
          </li>
        ))}
      </ol>
      {(rows.length > atMost || hasMore) && (
        <Button
          className="button is-bare more"
          onPress={() => {
            setAtMost(atMost + 20);
            if (rows.length <= atMost + 20) readOn();
          }}
        >
          {more}
        </Button>
      )}
    </section>
  );
}
