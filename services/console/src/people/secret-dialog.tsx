import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Button } from 'react-aria-components/Button';
import { holdPage } from '../api/api.ts';
import { Overlay } from '../parts/overlay.tsx';
import { CopyField } from './copy-field.tsx';
import { peopleKey } from './queries.ts';
import { usePeopleTexts } from './texts.ts';

/** Shows a secret this once: only the buttons close the dialog, and until then nothing leads away from it. */
export function SecretDialog({
  title,
  label,
  secret,
  onClose,
  children,
}: {
  title: string;
  label: string;
  secret: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = usePeopleTexts();
  const queries = useQueryClient();
  useEffect(() => {
    const release = holdPage();
    return () => {
      release();
      void queries.invalidateQueries({ queryKey: peopleKey });
    };
  }, [queries]);
  return (
    <Overlay title={title} closedBy="button" onClose={onClose}>
      <div className="people-form">
        <CopyField label={label} text={secret} />
        {children}
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
