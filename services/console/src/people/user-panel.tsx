import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { LoginView } from '@holdfast/shared/contracts/http/login-http.ts';
import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { OneLogin } from '../account/logins.tsx';
import { api } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { Icon } from '../parts/icon.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { CallDialog } from './call-dialog.tsx';
import { ChangeUser } from './change-user.tsx';
import { useGrantTexts } from './grants-text.ts';
import { type IssuedLink, LinkShown } from './link-shown.tsx';
import { useRereading, userPath, useUser, useUserLogins } from './queries.ts';
import { usePeopleTexts } from './texts.ts';
import { LastLogin, UserState } from './user-state.tsx';

/** One user next to the list: roles, state, logins, and what can be done about them. */
export function UserPanel({ user }: { user: string }) {
  const { t } = usePeopleTexts();
  const query = useUser(user);
  return (
    <aside
      className="people-panel"
      aria-label={t('people.user', { login: query.data?.result.login ?? user })}
    >
      <Link
        to="/people"
        search={(before) => ({ ...before, user: undefined })}
        className="button is-bare people-panel-close"
        aria-label={t('app.close')}
      >
        <Icon name="close" />
      </Link>
      <QueryAnswer query={query} title={t('people.user.failed', { login: user })}>
        {(answer) => <UserContent taggedUser={answer} />}
      </QueryAnswer>
    </aside>
  );
}

function UserContent({ taggedUser }: { taggedUser: Tagged<UserView> }) {
  const { t } = usePeopleTexts();
  const plant = usePlantTime();
  const grantTexts = useGrantTexts();
  const me = useMe();
  const { result: user } = taggedUser;
  const { id, login, name, grants, identity, created_at, created_by } = user;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('people.login'), login],
    [
      t('people.roles'),
      <ul key="roles">
        {grantTexts(grants).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>,
    ],
    [t('people.column.state'), <UserState key="state" user={user} />],
    [t('people.column.login'), <LastLogin key="login" user={user} />],
    [
      t('people.created'),
      t('people.created.by', { when: plant.minuteOfYear(new Date(created_at)), who: created_by }),
    ],
    [t('people.identity'), identity && `${identity.issuer} · ${identity.subject}`],
  ];
  return (
    <>
      <header>
        <h2>
          {name} {me?.id === id && <span className="tag">{t('people.you')}</span>}
        </h2>
      </header>
      <dl className="people-facts">
        {facts
          .filter(([, value]) => value !== null)
          .map(([field, value]) => (
            <div key={field}>
              <dt>{field}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {identity !== null && <p className="quiet small">{t('people.roles.company')}</p>}
      <Actions taggedUser={taggedUser} isOneself={me?.id === id} />
      <UserLogins user={user} />
      <p className="people-ways">
        <Link to="/audit" search={{ who: login, from: '-28d', to: undefined }}>
          {t('people.audit.by')}
        </Link>
        <Link to="/audit" search={{ target: `user ${login}`, from: '-28d', to: undefined }}>
          {t('people.audit.about')}
        </Link>
      </p>
    </>
  );
}

type Action = 'change' | 'link' | 'disable' | 'enable';

function Actions({ taggedUser, isOneself }: { taggedUser: Tagged<UserView>; isOneself: boolean }) {
  const { t } = usePeopleTexts();
  const { note } = useOutcomes();
  const reread = useRereading();
  const [action, setAction] = useState<Action>();
  const { login, disabled, has_password, identity } = taggedUser.result;
  const close = () => setAction(undefined);
  const setDisabled = (disabled: boolean) => api.patch(userPath(login), { disabled });
  const noteDone = (text: string) => {
    note({ kind: 'stored', text });
    close();
    void reread();
  };
  return (
    <div className="people-actions">
      <Button className="button" onPress={() => setAction('change')}>
        {t('people.change')}
      </Button>
      {/* A company account has no password here: one would outlast the account. */}
      {!disabled && (identity === null || has_password) && (
        <Button className="button" onPress={() => setAction('link')}>
          {t(has_password ? 'people.reset' : 'people.invite')}
        </Button>
      )}
      <Button className="button" onPress={() => setAction(disabled ? 'enable' : 'disable')}>
        {t(disabled ? 'people.enable' : 'people.disable')}
      </Button>
      {action === 'change' && <ChangeUser taggedUser={taggedUser} onClose={close} />}
      {action === 'link' && <IssueLink login={login} isReset={has_password} onClose={close} />}
      {action === 'disable' && (
        <CallDialog
          title={t('people.disable.title', { login })}
          action={t('people.disable')}
          call={() => setDisabled(true)}
          onDone={() => noteDone(t('people.disabled', { login }))}
          onClose={close}
        >
          <p>{t('people.disable.what')}</p>
          {isOneself && <p>{t('people.disable.oneself')}</p>}
          <p className="quiet small">{t('people.disable.kept')}</p>
        </CallDialog>
      )}
      {action === 'enable' && (
        <CallDialog
          title={t('people.enable.title', { login })}
          action={t('people.enable')}
          call={() => setDisabled(false)}
          onDone={() => noteDone(t('people.enabled', { login }))}
          onClose={close}
        >
          <p>{t('people.enable.what')}</p>
        </CallDialog>
      )}
    </div>
  );
}

/** Makes a link by which the user sets a password, and shows it once. */
function IssueLink({ login, isReset, onClose }: { login: string; isReset: boolean; onClose: () => void }) {
  const { t } = usePeopleTexts();
  const [link, setLink] = useState<IssuedLink>();
  if (link) return <LinkShown title={t('people.link.title', { login })} link={link} onClose={onClose} />;
  return (
    <CallDialog
      title={t(isReset ? 'people.reset.title' : 'people.invite.title', { login })}
      action={t('people.link.do')}
      call={() => api.post<IssuedLink>(`${userPath(login)}password-link/`)}
      onDone={setLink}
      onClose={onClose}
    >
      <p>{t(isReset ? 'people.reset.what' : 'people.invite.what')}</p>
    </CallDialog>
  );
}

function UserLogins({ user: { login } }: { user: UserView }) {
  const { t } = usePeopleTexts();
  const { note } = useOutcomes();
  const reread = useRereading();
  const query = useUserLogins(login);
  const [ending, setEnding] = useState<LoginView | 'all'>();
  const close = () => setEnding(undefined);
  return (
    <section>
      <h3>{t('people.logins')}</h3>
      <QueryAnswer query={query} title={t('people.logins.failed')}>
        {(logins) =>
          logins.length === 0 ? (
            <p className="quiet">{t('people.logins.none')}</p>
          ) : (
            <>
              <ul className="logins">
                {logins.map((each) => (
                  <OneLogin key={each.id} login={each} isEnding={false} onEnd={() => setEnding(each)} />
                ))}
              </ul>
              <Button className="button" onPress={() => setEnding('all')}>
                {t('people.logins.endAll')}
              </Button>
            </>
          )
        }
      </QueryAnswer>
      {ending && (
        <CallDialog
          title={t(ending === 'all' ? 'people.logins.endAll.title' : 'people.logins.end.title', { login })}
          action={t(ending === 'all' ? 'people.logins.endAll' : 'people.logins.end')}
          call={() =>
            api.delete(
              `${userPath(login)}logins/${ending === 'all' ? '' : `${encodeURIComponent(ending.id)}/`}`,
            )
          }
          onDone={() => {
            note({ kind: 'stored', text: t('people.logins.ended', { login }) });
            close();
            void reread();
          }}
          onClose={close}
        >
          <p>{t('people.logins.end.what')}</p>
        </CallDialog>
      )}
    </section>
  );
}
