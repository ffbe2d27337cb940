import type { Overview } from '@holdfast/shared/contracts/http/overview-http.ts';
import { Link } from '@tanstack/react-router';
import { AddDevice } from '../parts/add-device.tsx';
import { Age } from '../parts/age.tsx';
import { SeverityMark, StateMark } from '../parts/mark.tsx';
import { shareText } from '../time/share.ts';
import { useOverviewTexts } from './texts.ts';
import type { Trouble } from './troubles.ts';

/** The state of the plant in one line, with its proof. It is calm only where everything has been answered. */
export function Verdict({
  troubles,
  isWhole,
  starting,
  overview,
  count,
}: {
  troubles: readonly Trouble[];
  isWhole: boolean;
  /** Number of sessions that have just been started or taken over. */
  starting: number;
  overview: Overview | undefined;
  /** Number of troubles, including those that are not listed. */
  count: number;
}) {
  const { t, locale } = useOverviewTexts();
  const [worst] = troubles;
  const due = overview ? overview.sessions.running + overview.sessions.error : 0;
  const isIdle = overview !== undefined && due === 0;
  const title = worst
    ? t('overview.troubles', { count })
    : !isWhole
      ? t('overview.unknown')
      : starting > 0
        ? t('overview.starting', { count: starting })
        : t(isIdle ? 'overview.calm.nothing' : 'overview.calm');
  const { expected, stored } = overview?.ticks ?? { expected: 0, stored: 0 };
  return (
    <section className="verdict" aria-labelledby="verdict">
      {worst ? (
        <SeverityMark severity={worst.severity} />
      ) : (
        <StateMark state={isWhole ? 'running' : 'error'} />
      )}
      <div>
        <h2 id="verdict">{title}</h2>
        <ul>
          {isIdle && !worst && isWhole && <li>{t('overview.calm.nothing.how')}</li>}
          {overview && due > 0 && (
            <li>
              <Link to="/sessions">
                {t('overview.proof.sessions', {
                  count: due,
                  read: new Intl.NumberFormat(locale).format(due - overview.sessions.silent),
                })}
              </Link>
            </li>
          )}
          {!!overview?.sessions.paused && (
            <li>
              <Link to="/sessions" search={{ show: 'paused' }}>
                {t('overview.paused', { count: overview.sessions.paused })}
              </Link>
            </li>
          )}
          {expected > 0 && (
            <li>
              {stored >= expected
                ? t('overview.proof.ticks.all', { count: expected })
                : t('overview.proof.ticks.some', {
                    count: expected,
                    share: shareText(locale, stored, expected),
                  })}
            </li>
          )}
          {!!overview?.never_delivered && (
            <li>
              <Link to="/devices" search={{ condition: 'undelivered' }}>
                {t('overview.undelivered', { count: overview.never_delivered })}
              </Link>
            </li>
          )}
          {overview && (
            <li className="quiet">
              {t('overview.proof.checked')} <Age since={overview.as_of} isAgo />
            </li>
          )}
        </ul>
        {isIdle && !worst && isWhole && <AddDevice className="button verdict-add" />}
      </div>
    </section>
  );
}
