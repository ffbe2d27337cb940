import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { FindField } from '../../parts/find-field.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { useConfigurationSearch } from '../configuration-search.ts';
import { useConfigurationTexts } from '../texts.ts';

/** All items of a kind: how many there are, a search, and a way to add one. */
export function ListScreen<Row>({
  kind,
  query,
  findLabel,
  add,
  children,
}: {
  readonly kind: 'devices' | 'tasks' | 'sites';
  readonly query: UseQueryResult<Row[]>;
  /** Undefined for a list too short to be searched. */
  readonly findLabel?: string;
  /** The link that adds an item. */
  readonly add: ReactNode;
  readonly children: (rows: readonly Row[], find: string) => ReactNode;
}) {
  const { t, locale } = useConfigurationTexts();
  const { find } = useConfigurationSearch();
  const navigate = useNavigate();
  return (
    <section className="config-body" aria-labelledby="config-list-title">
      <header className="toolbar">
        <h1 id="config-list-title">
          {t(`config.${kind}`)}{' '}
          {query.data && <span className="quiet count">{query.data.length.toLocaleString(locale)}</span>}
        </h1>
        {findLabel !== undefined && (
          <FindField
            label={findLabel}
            value={find}
            onChange={(text) =>
              void navigate({ to: '.', search: (before) => ({ ...before, find: text }), replace: true })
            }
          />
        )}
        {add}
      </header>
      <QueryAnswer
        query={query}
        title={t(`config.${kind}.failed`)}
        isEmpty={(rows) => rows.length === 0}
        empty={<p>{t(`config.${kind}.none`)}</p>}
      >
        {(rows) => children(rows, find)}
      </QueryAnswer>
    </section>
  );
}

/** An item in its list: its name as a link, and below it the code, and whether it is disabled. */
export function ItemName({
  item: { name, code, enabled = true },
  children,
}: {
  readonly item: { readonly name: string; readonly code: string; readonly enabled?: boolean };
  /** The link. */
  readonly children: (label: string) => ReactNode;
}) {
  const { t } = useConfigurationTexts();
  const label = name || code;
  const below = [...(label === code ? [] : [code]), ...(enabled ? [] : [t('config.disabled')])];
  return (
    <>
      {children(label)}
      <span className="under">{below.join(' · ')}</span>
    </>
  );
}
