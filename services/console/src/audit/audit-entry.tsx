import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { Differences } from '../apply/differences.tsx';
import { useChangeSet } from '../changes/queries.ts';
import { useChangesTexts } from '../changes/texts.ts';
import { ProblemLink } from '../parts/problem-link.tsx';
import { Table } from '../parts/table.tsx';
import { useProblemTitle } from '../problems/use-problem-paragraphs.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { knownActions } from './action-words.ts';
import {
  changeSetOf,
  deviceOf,
  isDryRun,
  problemOf,
  reasonOf,
  remarkOf,
  repeatsOf,
  sessionOf,
  targetOf,
  type WrittenValues,
  writtenOf,
} from './entry-facts.ts';
import { useDeviceCode } from './queries.ts';
import { useAuditTexts } from './texts.ts';
import './audit.css';

/** All that the audit log has of one entry, with what was changed and the ways to what it is about. */
export function AuditEntry({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const plant = usePlantTime();
  const action = useActionText();
  const titleOf = useProblemTitle();
  const { who, actor, from, outcome, time } = entry;
  const remark = remarkOf(entry);
  const problem = problemOf(entry);
  const written = writtenOf(entry);
  const changeSet = changeSetOf(entry);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      t('audit.who'),
      <Fragment key="who">
        {t('audit.who.of', { who, kind: t(`audit.kind.${actor.kind}`) })}
        {actor.kind === 'user' && (
          <>
            {' '}
            <Link to="/people" search={{ user: actor.id }}>
              {t('audit.thing.user')} {actor.name}
            </Link>
          </>
        )}
      </Fragment>,
    ],
    [t('audit.claimed'), !who.endsWith(actor.claimed ?? '') && actor.claimed],
    [t('audit.from'), from],
    [t('audit.what'), action(entry.action)],
    [t('audit.target'), <TargetText key="target" entry={entry} />],
    [t('audit.when'), plant.whole(new Date(time))],
    [t('audit.outcome'), [t(`audit.outcome.${outcome}`), ...useNotes(entry)].join(t('app.comma'))],
    [
      t(outcome === 'done' ? 'audit.detail' : 'audit.why'),
      problem === undefined ? (
        remark && <span lang="en">{remark}</span>
      ) : (
        <>
          {titleOf(problem)} <ProblemLink code={problem} />
        </>
      ),
    ],
    [t('audit.reason'), reasonOf(entry)],
  ];
  return (
    <>
      <dl className="audit-entry">
        {facts
          .filter(([, value]) => value !== undefined && value !== '' && value !== false)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {written && <Written values={written} />}
      {changeSet !== undefined && <ChangedFields id={changeSet} />}
      <Ways entry={entry} />
      <Request entry={entry} />
    </>
  );
}

/** An action in words, or as the log has it where this release knows no words. */
export function useActionText(): (action: string) => string {
  const { t } = useAuditTexts();
  return (action) => {
    const knownAction = knownActions.find((each) => each === action);
    return knownAction === undefined ? action : t(`audit.action.${knownAction}`);
  };
}

/** What qualifies an outcome: that the action was only tried out, and how often it was refused. */
export function useNotes(entry: AuditView): string[] {
  const { t } = useAuditTexts();
  const repeats = repeatsOf(entry);
  return [
    ...(isDryRun(entry) ? [t('audit.dryRun')] : []),
    ...(repeats > 0 ? [t('audit.repeats', { count: repeats })] : []),
  ];
}

/** What an action was done to, in words; sessions, changes and people lead to their screens. */
export function TargetText({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const target = targetOf(entry);
  if (target.form === 'text') return <code>{target.text}</code>;
  if (target.form === 'many') {
    return t('audit.thing.many', { kind: t(`audit.of.${target.kind}`), count: target.count });
  }
  return target.things.map(({ thing, name }, index) => {
    const text =
      name === '' && thing !== 'bucket' ? t(`audit.of.${thing}`) : `${t(`audit.thing.${thing}`)} ${name}`;
    return (
      <Fragment key={thing}>
        {index > 0 && t('app.comma')}
        {thing === 'session' && name !== '' ? (
          <Link to="/sessions" search={{ session: name }}>
            {text}
          </Link>
        ) : thing === 'change_set' && /^[1-9]\d*$/.test(name) ? (
          <Link to="/changes" search={{ change: Number(name) }}>
            {text}
          </Link>
        ) : thing === 'user' && name !== '' ? (
          <Link to="/people" search={{ user: name }}>
            {text}
          </Link>
        ) : (
          text
        )}
      </Fragment>
    );
  });
}

function Written({ values }: { values: WrittenValues }) {
  const { t } = useAuditTexts();
  const columns = (['before', 'asked', 'after'] as const).map((key) => ({
    key,
    name: t(`audit.${key}`),
    cell: (row: WrittenValues) => row[key] || '–',
  }));
  return <Table label={t('audit.asked')} columns={columns} rows={[values]} keyOf={() => 'written'} />;
}

/** The first fields that a change set changed, each before and after. */
function ChangedFields({ id }: { id: number }) {
  const { t } = useChangesTexts();
  const { data } = useChangeSet(id);
  const notes = { created: t('changes.item.created'), deleted: t('changes.item.deleted') };
  return data === undefined ? null : <Differences results={data.results} notes={notes} />;
}

const hourMs = 3_600_000;

/** Links to what an entry is about. */
function Ways({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const { traceparent, time } = entry;
  const change = changeSetOf(entry);
  const session = sessionOf(entry);
  const { id, code } = deviceOf(entry);
  const codeById = useDeviceCode(id);
  const device = code ?? codeById;
  const trace = traceparent?.split('-')[1];
  return (
    <p className="audit-ways">
      {change !== undefined && (
        <Link to="/changes" search={{ change }}>
          {t('audit.change', { change: String(change) })}
        </Link>
      )}
      {session !== undefined && (
        <Link to="/sessions" search={{ session }}>
          {t('audit.session', { session })}
        </Link>
      )}
      {device !== undefined && (
        <Link to="/devices/$device" params={{ device }}>
          {t('audit.device', { device })}
        </Link>
      )}
      {trace !== undefined && (
        <Link
          to="/audit"
          search={{ trace, from: new Date(Date.parse(time) - hourMs).toISOString(), to: undefined }}
        >
          {t('audit.related')}
        </Link>
      )}
    </p>
  );
}

/** The request as it came, for those who look into it. */
function Request({ entry: { data = {}, action } }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const { method, path, query, body } = data;
  const sent = body ?? query;
  return (
    <details className="audit-request">
      <summary>{t('audit.request')}</summary>
      <p>
        <code>{[action, method, path].filter(Boolean).join(' ')}</code>
      </p>
      {sent !== undefined && (
        <>
          <h3>{t('audit.sent')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than its room has to be scrolled by keys */}
          <pre tabIndex={0}>{JSON.stringify(sent, undefined, 2)}</pre>
        </>
      )}
    </details>
  );
}
