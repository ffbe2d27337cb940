import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { holdPage } from '../api/api.ts';
import { Overlay } from '../parts/overlay.tsx';
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

/** A secret that is shown only this once, with a button that copies it. */
function CopyField({ label, text }: { label: string; text: string }) {
  const { t } = usePeopleTexts();
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    // Browsers have a clipboard only for pages that came by HTTPS, or from this machine.
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      field.current?.select();
      setCopied(document.execCommand('copy'));
    }
  };
  return (
    <div className="copy-field">
      <label className="labelled">
        {label}
        <input
          ref={field}
          className="field"
          readOnly
          value={text}
          onFocus={({ target }) => target.select()}
        />
      </label>
      <Button className="button is-main" onPress={() => void copy()} autoFocus>
        {t('people.copy')}
      </Button>
      <p role="status" className="quiet small">
        {isCopied && t('people.copied')}
      </p>
    </div>
  );
}
