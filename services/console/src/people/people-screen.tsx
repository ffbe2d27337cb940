import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { roleAt, useIsMePending } from '../api/me.ts';
import { FindField } from '../parts/find-field.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { useCloseOnEscape } from '../parts/use-close-on-escape.ts';
import { AddKey } from './add-key.tsx';
import { AddUser } from './add-user.tsx';
import { Company } from './company.tsx';
import { Keys } from './keys.tsx';
import { type PeoplePart, peopleParts, usePeopleSearch } from './people-search.ts';
import { usePeopleTexts } from './texts.ts';
import { UserList } from './user-list.tsx';
import { UserPanel } from './user-panel.tsx';
import '../account/account.css';
import './people.css';

/** Who may log in and what they may do: users with their logins, keys of programs, and the company sign-on. */
export default function PeopleScreen() {
  const { t } = usePeopleTexts();
  const { user, part } = usePeopleSearch();
  const isPending = useIsMePending();
  const whyNot = useWhyNot('administrator', (me) => roleAt(me, []));
  // A call that the API refuses would be an entry of the audit log.
  const mayRead = !isPending && whyNot === undefined;
  const hasPanel = mayRead && part === 'users' && user !== undefined;
  const navigate = useNavigate({ from: '/people' });
  useCloseOnEscape(hasPanel, () => void navigate({ search: (before) => ({ ...before, user: undefined }) }));
  return (
    <div className={hasPanel ? 'people-screen has-user' : 'people-screen'}>
      <section className="people-main" aria-labelledby="people-title">
        <h1 id="people-title">{t('people.title')}</h1>
        {whyNot !== undefined && (
          <div className="empty">
            <h2>{t('people.forbidden')}</h2>
            <p className="quiet">{whyNot}</p>
          </div>
        )}
        {mayRead && <Parts />}
      </section>
      {hasPanel && <UserPanel key={user} user={user} />}
    </div>
  );
}

function Parts() {
  const { t } = usePeopleTexts();
  const { part, find } = usePeopleSearch();
  const navigate = useNavigate({ from: '/people' });
  return (
    <>
      <div className="people-bar">
        <nav className="filter" aria-label={t('people.parts')}>
          {peopleParts.map((each) => (
            <Link
              key={each}
              to="/people"
              search={{ part: each === 'users' ? undefined : each }}
              activeOptions={{ explicitUndefined: true }}
              aria-current={each === part ? 'true' : undefined}
            >
              {t(`people.part.${each}`)}
            </Link>
          ))}
        </nav>
        {part !== 'company' && (
          <>
            <FindField
              key={part}
              label={t(`people.find.${part}`)}
              value={find}
              maxLength={200}
              onChange={(text) =>
                void navigate({ replace: true, search: (before) => ({ ...before, find: text }) })
              }
            />
            <Add key={`add ${part}`} part={part} />
          </>
        )}
      </div>
      {part === 'users' && <UserList />}
      {part === 'keys' && <Keys />}
      {part === 'company' && <Company />}
    </>
  );
}

function Add({ part }: { part: Exclude<PeoplePart, 'company'> }) {
  const { t } = usePeopleTexts();
  const [isOpen, setOpen] = useState(false);
  const Dialog = part === 'users' ? AddUser : AddKey;
  return (
    <>
      <Button className="button is-main" onPress={() => setOpen(true)}>
        {t(part === 'users' ? 'people.add' : 'people.keys.add')}
      </Button>
      {isOpen && <Dialog onClose={() => setOpen(false)} />}
    </>
  );
}
