import { usePlantTime } from '../time/plant-time.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { usePeopleTexts } from './texts.ts';

export interface IssuedLink {
  readonly url: string;
  readonly expires_at: string;
}

/** The link by which a user sets a password, shown only this once. */
export function LinkShown({
  title,
  link,
  onClose,
}: {
  title: string;
  link: IssuedLink;
  onClose: () => void;
}) {
  const { t } = usePeopleTexts();
  const plant = usePlantTime();
  return (
    <SecretDialog title={title} label={t('people.link')} secret={link.url} onClose={onClose}>
      <p>{t('people.link.how', { when: plant.minuteOfYear(new Date(link.expires_at)) })}</p>
    </SecretDialog>
  );
}
