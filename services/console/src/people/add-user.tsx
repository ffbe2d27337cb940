import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { useState } from 'react';
import { api } from '../api/api.ts';
import { CallDialog } from './call-dialog.tsx';
import { GrantsFields } from './grants-fields.tsx';
import { type IssuedLink, LinkShown } from './link-shown.tsx';
import { usersPath } from './queries.ts';
import { grantsOf, type SiteRoles } from './site-roles.ts';
import { usePeopleTexts } from './texts.ts';

type AddedUser = UserView & { readonly password_link: IssuedLink };

/** Adds a user, and shows the link by which they set a password. */
export function AddUser({ onClose }: { onClose: () => void }) {
  const { t } = usePeopleTexts();
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [siteRoles, setSiteRoles] = useState<SiteRoles>(new Map());
  const [added, setAdded] = useState<AddedUser>();
  if (added) {
    const title = t('people.added', { login: added.login });
    return <LinkShown title={title} link={added.password_link} onClose={onClose} />;
  }
  const grants = grantsOf(siteRoles);
  return (
    <CallDialog
      title={t('people.add.title')}
      action={t('people.add.do')}
      isReady={login.trim() !== '' && grants.length > 0}
      call={() =>
        api.post<AddedUser>(usersPath, {
          ...{ login: login.trim(), grants },
          ...(name.trim() !== '' && { name: name.trim() }),
        })
      }
      onDone={setAdded}
      onClose={onClose}
    >
      <label className="labelled">
        <span>
          {t('people.login')} <span className="quiet small">{t('people.login.hint')}</span>
        </span>
        <input
          className="field"
          value={login}
          maxLength={64}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the dialog has just been asked for, and this is what it asks
          autoFocus
          onChange={({ target }) => setLogin(target.value)}
        />
      </label>
      <NameField name={name} onName={setName} />
      <GrantsFields siteRoles={siteRoles} onChange={setSiteRoles} />
    </CallDialog>
  );
}

export function NameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  const { t } = usePeopleTexts();
  return (
    <label className="labelled">
      <span>
        {t('people.name')} <span className="quiet small">{t('people.name.hint')}</span>
      </span>
      <input
        className="field"
        value={name}
        maxLength={100}
        autoComplete="off"
        onChange={({ target }) => onName(target.value)}
      />
    </label>
  );
}
