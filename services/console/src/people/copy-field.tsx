import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePeopleTexts } from './texts.ts';

/** A secret that is shown only this once, with a button that copies it. */
export function CopyField({ label, text }: { label: string; text: string }) {
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
