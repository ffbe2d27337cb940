import type { CompanyLoginView } from '@holdfast/shared/contracts/http/company-http.ts';
import type { ReactNode } from 'react';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { Table } from '../parts/table.tsx';
import { useGrantTexts } from './grants-text.ts';
import { useCompanyLogin } from './queries.ts';
import { usePeopleTexts } from './texts.ts';

/** How people log in at the company. Only settings of the API change that, so each has its name. */
export function Company() {
  const { t } = usePeopleTexts();
  const query = useCompanyLogin();
  return (
    <QueryAnswer
      query={query}
      title={t('people.company.failed')}
      isEmpty={({ company }) => company === null}
      empty={
        <>
          <h2>{t('people.company.none')}</h2>
          <p className="quiet">{t('people.company.none.how')}</p>
        </>
      }
    >
      {({ company }) => company && <Settings company={company} />}
    </QueryAnswer>
  );
}

function Settings({ company }: { company: CompanyLoginView }) {
  const { t } = usePeopleTexts();
  const grantTexts = useGrantTexts();
  const rows: readonly (readonly [string, ReactNode, string])[] = [
    [t('people.company.name'), company.name, 'OIDC_NAME'],
    [t('people.company.issuer'), company.issuer, 'OIDC_ISSUER'],
    [t('people.company.client'), company.client_id, 'OIDC_CLIENT_ID'],
    [
      t('people.company.secret'),
      t(company.has_client_secret ? 'people.company.secret.set' : 'people.company.secret.none'),
      'OIDC_CLIENT_SECRET',
    ],
    [t('people.company.scopes'), company.scopes, 'OIDC_SCOPES'],
    [t('people.company.redirect'), company.redirect_uri, 'PUBLIC_URL'],
    [t('people.company.claim'), company.grants_claim, 'OIDC_GRANTS_CLAIM'],
    ...Object.entries(company.grants).map(
      ([value, grants]) =>
        [
          t('people.company.grant', { value }),
          grantTexts(grants).join(t('app.semicolon')),
          'OIDC_GRANTS',
        ] as const,
    ),
  ];
  return (
    <>
      <p className="quiet">{t('people.company.about')}</p>
      <Table
        label={t('people.part.company')}
        columns={[
          { key: 'what', name: t('people.company.what'), cell: ([what]) => what },
          { key: 'value', name: t('people.company.value'), cell: ([, value]) => value },
          {
            key: 'setting',
            name: t('people.company.setting'),
            cell: ([, , setting]) => <code>{setting}</code>,
          },
        ]}
        rows={rows}
        keyOf={([what]) => what}
      />
    </>
  );
}
