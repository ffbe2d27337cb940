import { MarkLegend } from '../parts/mark-legend.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { CollectorsPart } from './collectors-part.tsx';
import { useKnown } from './known.ts';
import { RecoveryPart } from './recovery-part.tsx';
import { StoresPart } from './stores-part.tsx';
import { useOverviewTexts } from './texts.ts';
import { TroubleList } from './trouble-list.tsx';
import { troublesOf } from './troubles.ts';
import { Verdict } from './verdict.tsx';
import './overview.css';

/** The start screen: first everything that needs attention; if nothing does, the proof that all is well. */
export default function OverviewScreen() {
  const { t } = useOverviewTexts();
  const whole = useKnown();
  const { known, overview, recovery, collectors, leftOut, sinks, quarantined, isForbidden } = whole;
  const troubles = troublesOf(known);
  return (
    <div className="page overview">
      <h1 className="heard">{t('overview.title')}</h1>
      {whole.error != null && overview.data === undefined ? (
        <ProblemText title={t('overview.failed')} error={whole.error} again={whole.again} />
      ) : whole.isLoading && troubles.length === 0 ? (
        <p className="empty quiet" role="status">
          {t('app.loading')}
        </p>
      ) : (
        <>
          <Verdict
            troubles={troubles}
            isWhole={whole.isWhole}
            overview={overview.data}
            count={troubles.length + leftOut}
          />
          {troubles.length > 0 && (
            <>
              <TroubleList troubles={troubles} leftOut={leftOut} />
              <ul className="legend">
                <MarkLegend />
              </ul>
            </>
          )}
          {whole.error != null && (
            <ProblemText title={t('overview.unknown')} error={whole.error} again={whole.again} />
          )}
          <div className="overview-parts">
            <RecoveryPart query={recovery} />
            {!isForbidden && (
              <>
                <StoresPart
                  query={sinks}
                  messages={overview.data?.quarantine?.messages}
                  first={quarantined.data?.results}
                />
                <CollectorsPart query={collectors} />
              </>
            )}
          </div>
          {isForbidden && <p className="quiet">{t('overview.notYours')}</p>}
        </>
      )}
    </div>
  );
}
