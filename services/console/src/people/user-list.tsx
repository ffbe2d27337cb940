import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { Link } from '@tanstack/react-router';
import { useMe } from '../api/me.ts';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useGrantTexts } from './grants-text.ts';
import { usePeopleSearch } from './people-search.ts';
import { useUsers } from './queries.ts';
import { usePeopleTexts } from './texts.ts';
import { LastLogin, UserState } from './user-state.tsx';

/** All users, or those who match the search. */
export function UserList() {
  const { t } = usePeopleTexts();
  const { find } = usePeopleSearch();
  const grantTexts = useGrantTexts();
  const query = useUsers();
  const needle = find.trim().toLowerCase();
  const matches = ({ login, name, grants }: UserView) =>
    [login, name, ...grantTexts(grants)].join(' ').toLowerCase().includes(needle);
  return (
    <QueryAnswer
      query={query}
      title={t('people.failed')}
      isEmpty={(users) => !users.some(matches)}
      empty={
        needle === '' ? (
          <>
            <h2>{t('people.none')}</h2>
            <p className="quiet">{t('people.none.how')}</p>
          </>
        ) : (
          <>
            <h2>{t('people.none.found')}</h2>
            <Link to="/people">{t('people.none.clear')}</Link>
          </>
        )
      }
    >
      {(users) => <Users users={users.filter(matches)} />}
    </QueryAnswer>
  );
}

function Users({ users }: { users: readonly UserView[] }) {
  const { t } = usePeopleTexts();
  const { user: chosenUser } = usePeopleSearch();
  const grantTexts = useGrantTexts();
  const me = useMe();
  const columns: Column<UserView>[] = [
    {
      key: 'name',
      name: t('people.column.user'),
      cell: ({ id, login, name }) => (
        <>
          <Link to="/people" search={(before) => ({ ...before, user: login })}>
            {name}
          </Link>
          {me?.id === id && <span className="tag">{t('people.you')}</span>}
          {name !== login && <span className="quiet small people-login">{login}</span>}
        </>
      ),
    },
    {
      key: 'roles',
      name: t('people.roles'),
      cell: ({ grants }) => (
        <ul>
          {grantTexts(grants).map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      ),
    },
    {
      key: 'login',
      name: t('people.column.login'),
      cell: (user) => <LastLogin user={user} />,
    },
    {
      key: 'state',
      name: t('people.column.state'),
      cell: (user) => (
        <div>
          <UserState user={user} />
        </div>
      ),
    },
  ];
  return (
    <Table
      label={t('people.part.users')}
      columns={columns}
      rows={users}
      keyOf={({ login }) => login}
      chosenKey={users.find(({ login, id }) => chosenUser === id || chosenUser === login)?.login}
    />
  );
}
