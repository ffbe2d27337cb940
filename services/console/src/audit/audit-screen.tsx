import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { roleAt, useIsMePending } from '../api/me.ts';
import { FindField } from '../parts/find-field.tsx';
import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { RangeChoice } from '../parts/range-choice.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useProblemTitle } from '../problems/use-problem-paragraphs.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import type { TimeRange } from '../time/time-range.ts';
import { knownActions, knownKinds } from './action-words.ts';
import { AuditEntry, TargetText, useActionText, useNotes } from './audit-entry.tsx';
import { type AuditSearch, outcomes, useAuditSearch } from './audit-search.ts';
import { changeSetOf, problemOf, reasonOf, remarkOf } from './entry-facts.ts';
import { exportAddress, useAuditEntries } from './queries.ts';
import { useAuditTexts } from './texts.ts';
import './audit.css';

const ranges: readonly TimeRange[] = [
  { from: '-1h' },
  { from: '-24h' },
  { from: 'today' },
  { from: 'yesterday', to: 'today' },
  { from: '-7d' },
  { from: '-28d' },
  { from: '-52w' },
];

/** Who did what to what, when, and what came of it. */
export default function AuditScreen() {
  const { t } = useAuditTexts();
  const { ofPlant } = usePlantTime();
  const { filter, range } = useAuditSearch();
  const isPending = useIsMePending();
  const whyNot = useWhyNot('administrator', (me) => roleAt(me, []));
  // A call that the API refuses would itself be an entry.
  const mayRead = !isPending && whyNot === undefined;
  return (
    <div className="page audit">
      <header className="audit-head">
        <div>
          <h1>{t('audit.trail')}</h1>
          <p className="quiet">{t('audit.trail.about')}</p>
        </div>
        {mayRead && (
          <a className="button" href={exportAddress({ filter, range }, ofPlant)} download>
            {t('audit.trail.export')}
          </a>
        )}
      </header>
      {whyNot !== undefined && (
        <div className="empty">
          <h2>{t('audit.trail.forbidden')}</h2>
          <p className="quiet">{whyNot}</p>
        </div>
      )}
      {mayRead && <Trail />}
    </div>
  );
}

function Trail() {
  const { t } = useAuditTexts();
  const action = useActionText();
  const navigate = useNavigate({ from: '/audit' });
  const { filter, range, entry: shownId } = useAuditSearch();
  const query = useAuditEntries({ filter, range });
  const entries = query.data?.pages.flatMap(({ results }) => results) ?? [];
  const shownEntry = shownId === undefined ? undefined : entries.find((each) => keyOf(each) === shownId);
  const isFiltered = Object.values(filter).some((each) => each !== undefined);
  return (
    <>
      <Filters filter={filter} range={range} isFiltered={isFiltered} />
      <QueryAnswer
        query={query}
        title={t('audit.failed')}
        isEmpty={() => entries.length === 0}
        empty={
          <>
            <h2>{t(isFiltered ? 'audit.trail.none.found' : 'audit.trail.none')}</h2>
            <p className="quiet">{t(isFiltered ? 'audit.trail.none.found.how' : 'audit.trail.none.how')}</p>
          </>
        }
      >
        {() => (
          <>
            <Entries entries={entries} chosenKey={shownId} />
            {query.hasNextPage && (
              <Button
                className="button"
                isDisabled={query.isFetchingNextPage}
                onPress={() => void query.fetchNextPage()}
              >
                {t('audit.trail.more')}
              </Button>
            )}
          </>
        )}
      </QueryAnswer>
      {shownEntry && (
        <Overlay
          title={action(shownEntry.action)}
          onClose={() => void navigate({ search: (before) => ({ ...before, entry: undefined }) })}
        >
          <AuditEntry entry={shownEntry} />
        </Overlay>
      )}
    </>
  );
}

function Filters({
  filter,
  range,
  isFiltered,
}: {
  filter: ReturnType<typeof useAuditSearch>['filter'];
  range: TimeRange;
  isFiltered: boolean;
}) {
  const { t } = useAuditTexts();
  const action = useActionText();
  const navigate = useNavigate({ from: '/audit' });
  const change = (changes: AuditSearch, replace = false) =>
    void navigate({ replace, search: (before) => ({ ...before, ...changes, entry: undefined }) });
  const { who = '', target = '', trace } = filter;
  const isListed = [...knownActions, ...knownKinds].some((each) => each === filter.action);
  return (
    <search className="audit-filters" aria-label={t('audit.trail.filter')}>
      <FindField
        label={t('audit.trail.who')}
        value={who}
        maxLength={200}
        onChange={(text) => change({ who: text }, true)}
      />
      <FindField
        label={t('audit.trail.target')}
        value={target}
        maxLength={200}
        onChange={(text) => change({ target: text }, true)}
      />
      <select
        className="choice"
        aria-label={t('audit.trail.action')}
        value={filter.action ?? ''}
        onChange={({ target: { value } }) => change({ action: value || undefined })}
      >
        <option value="">{t('audit.trail.action.all')}</option>
        {filter.action !== undefined && !isListed && <option value={filter.action}>{filter.action}</option>}
        {knownKinds.map((kind) => (
          <optgroup key={kind} label={t(`audit.of.${kind}`)}>
            <option value={kind}>{t('audit.trail.action.kind', { kind: t(`audit.of.${kind}`) })}</option>
            {knownActions
              .filter((each) => each.startsWith(`${kind}.`))
              .map((each) => (
                <option key={each} value={each}>
                  {action(each)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <select
        className="choice"
        aria-label={t('audit.outcome')}
        value={filter.outcome ?? ''}
        onChange={({ target: { value } }) => change({ outcome: outcomes.find((each) => each === value) })}
      >
        <option value="">{t('audit.trail.outcome.all')}</option>
        {outcomes.map((each) => (
          <option key={each} value={each}>
            {t(`audit.outcome.${each}`)}
          </option>
        ))}
      </select>
      <RangeChoice range={range} options={ranges} onChange={({ from, to }) => change({ from, to })} />
      {isFiltered && (
        <p className="audit-filtered">
          {trace !== undefined && (
            <span className="quiet">{t('audit.trail.trace', { trace: trace.slice(0, 8) })} </span>
          )}
          <Link to="/audit" search={{ from: range.from, to: range.to }}>
            {t('audit.trail.clear')}
          </Link>
        </p>
      )}
    </search>
  );
}

function Entries({ entries, chosenKey }: { entries: readonly AuditView[]; chosenKey: string | undefined }) {
  const { t } = useAuditTexts();
  const plant = usePlantTime();
  const action = useActionText();
  const columns: Column<AuditView>[] = [
    {
      key: 'when',
      name: t('audit.when'),
      cell: (entry) => (
        <Link to="/audit" search={(before) => ({ ...before, entry: keyOf(entry) })}>
          <time dateTime={entry.time}>{plant.moment(new Date(entry.time))}</time>
        </Link>
      ),
    },
    { key: 'who', name: t('audit.who'), cell: ({ who }) => who },
    { key: 'what', name: t('audit.what'), cell: (entry) => action(entry.action) },
    { key: 'target', name: t('audit.target'), cell: (entry) => <TargetCell entry={entry} /> },
    { key: 'outcome', name: t('audit.outcome'), cell: (entry) => <OutcomeCell entry={entry} /> },
    { key: 'reason', name: t('audit.reason'), cell: reasonOf },
  ];
  return (
    <Table label={t('audit.trail')} columns={columns} rows={entries} keyOf={keyOf} chosenKey={chosenKey} />
  );
}

function TargetCell({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const change = changeSetOf(entry);
  return (
    <span className="audit-target">
      <span>
        <TargetText entry={entry} />
      </span>
      {change !== undefined && (
        <Link to="/changes" search={{ change }} className="small">
          {t('audit.change', { change: String(change) })}
        </Link>
      )}
    </span>
  );
}

function OutcomeCell({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const titleOf = useProblemTitle();
  const { outcome } = entry;
  const problem = problemOf(entry);
  const remark = outcome === 'done' ? '' : remarkOf(entry);
  const notes = [...(problem === undefined ? [] : [titleOf(problem)]), ...useNotes(entry)];
  return (
    <div>
      <span className={`audit-outcome is-${outcome}`}>{t(`audit.outcome.${outcome}`)}</span>
      {notes.length > 0 && <p className="quiet small">{notes.join(t('app.semicolon'))}</p>}
      {remark !== '' && (
        <p lang="en" className="quiet small">
          {remark}
        </p>
      )}
    </div>
  );
}

/** Two entries of a write have one id. */
const keyOf = ({ stream, sequence }: AuditView) => `${stream}-${sequence}`;
