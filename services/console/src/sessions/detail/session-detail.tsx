import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { Link } from '@tanstack/react-router';
import { roleAt } from '../../api/me.ts';
import { ApplyButton } from '../../apply/apply-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { useWhyNot } from '../../parts/role-note.tsx';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import type { TimeRange } from '../../time/time-range.ts';
import { pendingWord, useCommands } from '../commands.tsx';
import type { RibbonTime } from '../ribbon-parts.ts';
import { severityOf, stateKey } from '../session-state.ts';
import { Devices } from './devices.tsx';
import { Events } from './events.tsx';
import { Gaps } from './gaps.tsx';
import { Holders } from './holders.tsx';
import { RibbonTable } from './ribbon-table.tsx';
import { SessionActions } from './session-actions.tsx';
import { useSession } from './session-queries.ts';
import { useDetailTexts } from './texts.ts';
import { Why } from './why.tsx';
import './detail.css';

interface DetailProps {
  readonly id: string;
  readonly range: TimeRange;
  /** Undefined where the list does not have the session. */
  readonly summary: SessionSummary | undefined;
  readonly time: RibbonTime | undefined;
}

/** One session beside the list: the reason for its state, what can be done, and its past. */
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
        <Known session={data} range={range} summary={summary} time={time} />
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

function Known({ session, range, summary, time }: Omit<DetailProps, 'id'> & { session: SessionLiveView }) {
  const { t } = useDetailTexts();
  const { pending } = useCommands();
  const severity = summary && severityOf(summary);
  const under = pending.get(session.id);
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
  const { started_at: started, stopped_at: stopped, task_code: task } = session;
  const end = stopped === null ? now.getTime() : Date.parse(stopped);
  const sites = (summary?.sites ?? []).filter((site) => site !== '');
  return (
    <dl className="facts">
      <dt>{t(stopped === null ? 'detail.facts.duration' : 'detail.facts.lasted')}</dt>
      <dd>{durationText(t, (end - Date.parse(started)) / 1_000)}</dd>
      <dt>{t('detail.facts.started')}</dt>
      <dd>{plant.whole(new Date(started))}</dd>
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
  const whyNot = useWhyNot('engineer', (me) => roleAt(me, summary?.sites ?? []));
  // Without the session's sites the role that counts is unknown, so the API judges.
  const forbidden = summary && whyNot;
  const known = isNewer === null ? 'unknown' : isNewer ? 'newer' : 'newest';
  return (
    <>
      {t(`detail.facts.config.${known}`, { version: String(config_version) })}{' '}
      <ApplyButton
        label={t('detail.config.apply')}
        sessions={isNewer ? [session] : []}
        forbidden={forbidden}
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
