import { Button } from 'react-aria-components/Button';
import { Overlay } from '../parts/overlay.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { CopyField } from './copy-field.tsx';
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
    <Overlay title={title} onClose={onClose}>
      <div className="people-form">
        <CopyField label={t('people.link')} text={link.url} />
        <p>{t('people.link.how', { when: plant.minute(new Date(link.expires_at)) })}</p>
        <p className="quiet small">{t('people.once')}</p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('app.close')}
          </Button>
        </div>
      </div>
    </Overlay>
  );
}
