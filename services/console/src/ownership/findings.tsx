import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { SeverityMark } from '../parts/mark.tsx';
import type { Change } from './moves.ts';
import { useOwnershipTexts } from './texts.ts';

const told = ['failover', 'drain', 'rebalance', 'recovery'] as const;

/** Sums the lanes up in one sentence: whether two ever held a session at once, the changes of holder, and their cost. */
export function Findings({ rows, changes }: { rows: readonly OwnershipRow[]; changes: readonly Change[] }) {
  const { t } = useOwnershipTexts();
  const twice = rows.filter(({ spans }) => spans.some((span) => span.read_twice !== null)).length;
  const byReason = Map.groupBy(changes, ({ reason }) => reason);
  const reasons = [...byReason].map(([reason, { length: n }]) => {
    const known = told.find((each) => each === reason);
    return known ? t(`ownership.reason.${known}`, { n }) : t('ownership.reason.other', { n, reason });
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
