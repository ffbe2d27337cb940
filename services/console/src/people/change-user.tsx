import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { NameField } from './add-user.tsx';
import { CallDialog } from './call-dialog.tsx';
import { GrantsFields } from './grants-fields.tsx';
import { useGrantTexts } from './grants-text.ts';
import { lastChangedBy, readUser, useRereading, userPath } from './queries.ts';
import { everySite, grantsOf, type SiteRoles, siteRolesOf } from './site-roles.ts';
import { usePeopleTexts } from './texts.ts';

interface Conflict {
  readonly before: UserView;
  readonly now: UserView;
  readonly by: string | undefined;
}

/** Changes the name and roles of a user. If they were changed meanwhile, it shows the differences first. */
export function ChangeUser({ taggedUser, onClose }: { taggedUser: Tagged<UserView>; onClose: () => void }) {
  const { t } = usePeopleTexts();
  const { note } = useOutcomes();
  const reread = useRereading();
  const queries = useQueryClient();
  const me = useMe();
  const [base, setBase] = useState(taggedUser);
  const [name, setName] = useState(taggedUser.result.name);
  const [siteRoles, setSiteRoles] = useState(siteRolesOf(taggedUser.result.grants));
  const [conflict, setConflict] = useState<Conflict>();
  const { id, login, identity } = taggedUser.result;
  const isOneself = me?.id === id;
  const grants = grantsOf(siteRoles);
  const hasOwnGrants = !isSame(grants, grantsOf(siteRolesOf(base.result.grants)));
  const hasOwnName = name.trim() !== base.result.name;
  const administers = (roles: SiteRoles) => roles.get(everySite) === 'administrator';
  const losesPeople = isOneself && administers(siteRolesOf(base.result.grants)) && !administers(siteRoles);
  const showConflict = async () => {
    const now = await readUser(login);
    const by = await lastChangedBy(now.result);
    // What this administrator has not touched becomes what the other has made of it.
    if (!hasOwnName) setName(now.result.name);
    if (!hasOwnGrants) setSiteRoles(siteRolesOf(now.result.grants));
    setConflict({ before: base.result, now: now.result, by });
    setBase(now);
  };
  return (
    <CallDialog
      title={t('people.change.title', { login })}
      action={t(conflict ? 'people.change.anyway' : 'people.change.do')}
      isReady={name.trim() !== '' && grants.length > 0 && (hasOwnName || hasOwnGrants)}
      call={() =>
        api.patch(
          userPath(login),
          {
            ...(hasOwnName && { name: name.trim() }),
            ...(hasOwnGrants && { grants }),
          },
          {},
          base.etag,
        )
      }
      onDone={() => {
        note({ kind: 'stored', text: t('people.changed', { login }) });
        onClose();
        // First what this administrator may still read.
        void (isOneself ? queries.invalidateQueries({ queryKey: ['me'] }) : Promise.resolve()).then(reread);
      }}
      onRefused={async ({ code }) => {
        if (code !== 'precondition_failed') return false;
        await showConflict();
        return true;
      }}
      onClose={onClose}
    >
      {conflict && <ConflictNote {...conflict} />}
      <NameField name={name} onName={setName} />
      {identity === null ? (
        <GrantsFields siteRoles={siteRoles} onChange={setSiteRoles} />
      ) : (
        <p className="quiet small">{t('people.roles.company')}</p>
      )}
      {losesPeople && (
        <p role="alert">
          <strong>{t('people.change.oneself')}</strong>
        </p>
      )}
    </CallDialog>
  );
}

/** What another administrator changed meanwhile, each field before and after. */
function ConflictNote({ before, now, by }: Conflict) {
  const { t } = usePeopleTexts();
  const grantTexts = useGrantTexts();
  const ofGrants = ({ grants }: UserView) => grantTexts(grants).join(t('app.semicolon'));
  const ofState = ({ disabled }: UserView) => t(disabled ? 'people.state.disabled' : 'people.state.active');
  const differences = [
    [t('people.name'), before.name, now.name],
    [t('people.roles'), ofGrants(before), ofGrants(now)],
    [t('people.column.state'), ofState(before), ofState(now)],
  ].filter(([, one, other]) => one !== other);
  return (
    <div role="alert" className="people-conflict">
      <p>
        <strong>
          {by === undefined ? t('people.conflict.somebody') : t('people.conflict', { who: by })}
        </strong>
      </p>
      <ul>
        {differences.map(([field, one, other]) => (
          <li key={field}>
            {field}
            {t('app.colon')}
            <span className="heard">{t('people.conflict.before')} </span>
            <s className="quiet">{one}</s> <span aria-hidden="true">→</span>{' '}
            <span className="heard">{t('people.conflict.after')} </span>
            {other}
          </li>
        ))}
      </ul>
      <p className="quiet small">{t('people.conflict.how')}</p>
    </div>
  );
}

const isSame = (one: object, other: object) => JSON.stringify(one) === JSON.stringify(other);
