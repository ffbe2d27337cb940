import { ApplyButton } from './apply-button.tsx';
import { useApplyTexts } from './texts.ts';
import type { SessionToApply } from './use-applying.ts';
import './apply.css';

/** Says how many sessions read by an older configuration, and offers them the present one, unless that is forbidden. */
export function ApplyOffer({
  sessions,
  forbidden,
}: {
  readonly sessions: readonly SessionToApply[];
  readonly forbidden?: string | undefined;
}) {
  const { t } = useApplyTexts();
  const count = sessions.length;
  return (
    <div className="apply-offer" hidden={count === 0}>
      <p>{t('apply.older', { count })}</p>
      <ApplyButton label={t('apply.ask', { count })} sessions={sessions} forbidden={forbidden} />
    </div>
  );
}
