import type { KeyView } from '@holdfast/shared/contracts/http/access-http.ts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { Age } from '../parts/age.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { CallDialog } from './call-dialog.tsx';
import { useGrantTexts } from './grants-text.ts';
import { usePeopleSearch } from './people-search.ts';
import { keysPath, useKeys, useRereading } from './queries.ts';
import { usePeopleTexts } from './texts.ts';

/** The keys of programs, newest first; those that are over only on request. */
export function Keys() {
  const { t } = usePeopleTexts();
  const { over, find } = usePeopleSearch();
  const grantTexts = useGrantTexts();
  const query = useKeys();
  const needle = find.trim().toLowerCase();
  const matches = ({ name, grants, created_by: by }: KeyView) =>
    [name, by, ...grantTexts(grants)].join(' ').toLowerCase().includes(needle);
  return (
    <QueryAnswer query={query} title={t('people.keys.failed')}>
      {(all) => {
        const keys = all.filter(matches).toReversed();
        const listedKeys = keys.filter(({ status }) => over || status === 'active');
        const overCount = keys.filter(({ status }) => status !== 'active').length;
        return (
          <>
            {listedKeys.length === 0 ? (
              <div className="empty">
                <h2>{t(needle === '' ? 'people.keys.none' : 'people.keys.none.found')}</h2>
                <p className="quiet">{t('people.keys.none.how')}</p>
              </div>
            ) : (
              <KeyTable keys={listedKeys} />
            )}
            {overCount > 0 && (
              <p>
                <Link to="/people" search={(before) => ({ ...before, over: over ? undefined : true })}>
                  {over ? t('people.keys.over.hide') : t('people.keys.over', { count: overCount })}
                </Link>
              </p>
            )}
          </>
        );
      }}
    </QueryAnswer>
  );
}

function KeyTable({ keys }: { keys: readonly KeyView[] }) {
  const { t } = usePeopleTexts();
  const plant = usePlantTime();
  const grantTexts = useGrantTexts();
  const [revoking, setRevoking] = useState<KeyView>();
  const columns: Column<KeyView>[] = [
    { key: 'name', name: t('people.keys.name'), cell: ({ name }) => name },
    {
      key: 'roles',
      name: t('people.roles'),
      cell: ({ grants, networks }) => (
        <div>
          <ul>
            {grantTexts(grants).map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
          {networks.length > 0 && (
            <p className="quiet small">{t('people.keys.from', { networks: networks.join(t('app.list')) })}</p>
          )}
        </div>
      ),
    },
    {
      key: 'used',
      name: t('people.keys.used'),
      cell: ({ last_used_at: at }) =>
        at === null ? <span className="quiet">{t('people.keys.unused')}</span> : <Age since={at} isAgo />,
    },
    {
      key: 'expires',
      name: t('people.keys.expires'),
      cell: ({ expires_at: at }) =>
        at === null ? t('people.keys.endless') : plant.minuteOfYear(new Date(at)),
    },
    {
      key: 'made',
      name: t('people.created'),
      cell: ({ created_at, created_by }) =>
        t('people.created.by', { when: plant.minuteOfYear(new Date(created_at)), who: created_by }),
    },
    {
      key: 'state',
      name: t('people.column.state'),
      cell: (key) =>
        key.status === 'active' ? (
          <Button
            className="button"
            aria-label={t('people.keys.revoke.one', { name: key.name })}
            onPress={() => setRevoking(key)}
          >
            {t('people.keys.revoke')}
          </Button>
        ) : (
          <KeyEnd apiKey={key} />
        ),
    },
  ];
  return (
    <>
      <Table label={t('people.part.keys')} columns={columns} rows={keys} keyOf={({ id }) => id} />
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function KeyEnd({ apiKey: { status, revoked_at, revoked_by } }: { apiKey: KeyView }) {
  const { t } = usePeopleTexts();
  const plant = usePlantTime();
  if (status === 'expired' || revoked_at === null) return t('people.keys.expired');
  return t('people.keys.revoked', { when: plant.minuteOfYear(new Date(revoked_at)), who: revoked_by ?? '–' });
}

function RevokeKey({ apiKey: { id, name }, onClose }: { apiKey: KeyView; onClose: () => void }) {
  const { t } = usePeopleTexts();
  const { note } = useOutcomes();
  const reread = useRereading();
  return (
    <CallDialog
      title={t('people.keys.revoke.title', { name })}
      action={t('people.keys.revoke')}
      call={() => api.delete(`${keysPath}${encodeURIComponent(id)}/`)}
      onDone={() => {
        note({ kind: 'stored', text: t('people.keys.revoke.done', { name }) });
        onClose();
        void reread();
      }}
      onClose={onClose}
    >
      <p>{t('people.keys.revoke.what')}</p>
    </CallDialog>
  );
}
