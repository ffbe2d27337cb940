import type { KeyView } from '@holdfast/shared/contracts/http/access-http.ts';
import { useState } from 'react';
import { api } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { CallDialog } from './call-dialog.tsx';
import { GrantsFields } from './grants-fields.tsx';
import { keysPath } from './queries.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { grantsOf, type SiteRoles } from './site-roles.ts';
import { usePeopleTexts } from './texts.ts';

const dayMs = 86_400_000;
/** In days; 0: without end. */
const lifetimes = [30, 90, 365, 0] as const;

type AddedKey = KeyView & { readonly key: string };

/** Makes a key for a program, and shows it once. */
export function AddKey({ onClose }: { onClose: () => void }) {
  const { t } = usePeopleTexts();
  const me = useMe();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number>(90);
  const [networks, setNetworks] = useState('');
  const [siteRoles, setSiteRoles] = useState<SiteRoles>(new Map());
  const [added, setAdded] = useState<AddedKey>();
  if (added) {
    return (
      <SecretDialog
        title={t('people.keys.added', { name: added.name })}
        label={t('people.keys.key')}
        secret={added.key}
        onClose={onClose}
      >
        <p>{t('people.keys.how')}</p>
        {me?.kind === 'local' && (
          <p role="alert">
            <strong>{t('people.keys.first')}</strong>
          </p>
        )}
      </SecretDialog>
    );
  }
  const grants = grantsOf(siteRoles);
  const listed = networks.split(/[\s,，、;；]+/).filter((each) => each !== '');
  return (
    <CallDialog
      title={t('people.keys.add')}
      action={t('people.keys.add.do')}
      isReady={name.trim() !== '' && grants.length > 0}
      call={() =>
        api.post<AddedKey>(keysPath, {
          ...{ name: name.trim(), grants },
          ...(days > 0 && { expires_at: new Date(Date.now() + days * dayMs).toISOString() }),
          ...(listed.length > 0 && { networks: listed }),
        })
      }
      onDone={setAdded}
      onClose={onClose}
    >
      <label className="labelled">
        <span>
          {t('people.keys.name')} <span className="quiet small">{t('people.keys.name.hint')}</span>
        </span>
        <input
          className="field"
          value={name}
          maxLength={64}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the dialog has just been asked for, and this is what it asks
          autoFocus
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <GrantsFields siteRoles={siteRoles} onChange={setSiteRoles} />
      <label className="labelled">
        {t('people.keys.expires')}
        <select className="choice" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {lifetimes.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? t('people.keys.endless') : t('people.keys.days', { count: each })}
            </option>
          ))}
        </select>
      </label>
      <label className="labelled">
        <span>
          {t('people.keys.networks')} <span className="quiet small">{t('people.keys.networks.hint')}</span>
        </span>
        <input
          className="field"
          value={networks}
          maxLength={500}
          autoComplete="off"
          placeholder="10.20.0.0/16"
          onChange={({ target }) => setNetworks(target.value)}
        />
      </label>
    </CallDialog>
  );
}
