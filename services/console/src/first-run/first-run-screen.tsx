import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { highestRole, isAtLeast, useMe } from '../api/me.ts';
import { useProtocols } from '../forms/use-protocols.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { DemoOffer } from './demo-offer.tsx';
import { DeviceStep } from './device-step.tsx';
import { useActiveSessions, useTasks, useUnfinished } from './first-run-queries.ts';
import { type Step, steps, useFirstRunSearch } from './first-run-search.ts';
import { PointsStep } from './points-step.tsx';
import { StartStep } from './start-step.tsx';
import { useFirstRunTexts } from './texts.ts';
import { UnfinishedList } from './unfinished-list.tsx';
import './first-run.css';
import { ApplyOffer } from '../apply/apply-offer.tsx';

/** Leads from nothing to a first value in three steps. The server has everything made so far, the address the step. */
export default function FirstRunScreen() {
  const { t } = useFirstRunTexts();
  const { step, added: device } = useFirstRunSearch();
  const me = useMe();
  const { data: unfinishedDevices } = useUnfinished();
  const protocols = useProtocols();
  const role = me && highestRole(me);
  const isEmpty = unfinishedDevices?.devices === 0;
  const title = useFocusOnChange(step);
  return (
    <div className="first-run">
      <header className="first-head">
        <h1 ref={title} tabIndex={-1}>
          {t(isEmpty ? 'first.title.empty' : 'first.title')}
        </h1>
        <p className="quiet">{t('first.intro')}</p>
        <Steps current={step} />
      </header>
      {me !== undefined && !isAtLeast(role, 'engineer') ? (
        <p className="first-note" role="status">
          {t('first.role', { own: role ? t(`role.${role}`) : '–' })}
        </p>
      ) : protocols.data === undefined ? (
        protocols.error ? (
          <ProblemText
            title={t('first.failed')}
            error={protocols.error}
            again={() => void protocols.refetch()}
          />
        ) : (
          <p className="quiet">{t('app.loading')}</p>
        )
      ) : (
        <>
          {device !== undefined && <ApplyToDevice key={device} id={device} />}
          {step === 'device' && (
            <DeviceStep
              key={device ?? 'new'}
              protocols={protocols.data}
              id={device}
              sideContent={
                <>
                  <UnfinishedList unfinished={unfinishedDevices?.unfinished ?? []} />
                  {isEmpty && <DemoOffer />}
                </>
              }
            />
          )}
          {step === 'points' && device !== undefined && (
            <PointsStep key={device} protocols={protocols.data} id={device} />
          )}
          {step === 'start' && device !== undefined && <StartStep key={device} id={device} />}
        </>
      )}
    </div>
  );
}

/** Moves the focus to the beginning of each step, so that people with a screen reader follow as well. */
function useFocusOnChange(step: Step) {
  const element = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) element.current?.focus();
    before.current = step;
  }, [step]);
  return element;
}

/** Shows the present step, with links back; each step has a button to go on. */
function Steps({ current }: { current: Step }) {
  const { t } = useFirstRunTexts();
  const { added: device } = useFirstRunSearch();
  const at = steps.indexOf(current);
  return (
    <nav aria-label={t('first.steps')}>
      <ol className="first-steps">
        {steps.map((step, index) => {
          const text = (
            <>
              <span className="first-number" aria-hidden="true">
                {index < at ? '✓' : index + 1}
              </span>
              {t(`first.step.${step}`)}
              {index < at && <span className="heard">{t('first.step.done')}</span>}
            </>
          );
          return (
            <li key={step} aria-current={index === at ? 'step' : undefined}>
              {index < at && device !== undefined ? (
                <Link to="/first-run" search={(before) => ({ ...before, step, session: undefined })}>
                  {text}
                </Link>
              ) : (
                <span>{text}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** Offers the present configuration to sessions that read a device by an older one. */
function ApplyToDevice({ id }: { id: number }) {
  const tasks = useTasks().data ?? [];
  const active = useActiveSessions().data ?? [];
  const taskIds = new Set(tasks.filter(({ device_ids: ids }) => ids.includes(id)).map((task) => task.id));
  const olderSessions = active.filter(
    ({ is_newer_configured: isNewer, task_id: task }) => isNewer && taskIds.has(task),
  );
  return <ApplyOffer sessions={olderSessions} />;
}
