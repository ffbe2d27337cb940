import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import { bodyOf, changesOf, type Draft, draftOf } from '../../forms/form-schema.ts';
import { SchemaForm } from '../../forms/schema-form.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { RoleNote, useMayEverywhere } from '../../parts/role-note.tsx';
import { Section } from '../../parts/section.tsx';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useNoteChange } from '../last-change.tsx';
import { DeleteItemDialog } from '../parts/delete-dialog.tsx';
import { EditActions } from '../parts/edit-actions.tsx';
import { ItemHistory } from '../parts/item-history.tsx';
import { differs } from '../parts/merge-rows.ts';
import { useEdited, useSaveItem } from '../parts/use-save-item.tsx';
import { useUnsaved } from '../parts/use-unsaved.tsx';
import { pathOf, useItem } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { type Shift, ShiftEditor } from './shift-editor.tsx';
import { siteForm } from './site-form.ts';

/** A site: its shifts, the networks of its devices, and what was changed of it. */
export default function SitePage() {
  const { id } = useParams({ from: '/configuration/sites/$id' });
  return id === 'new' ? <NewSite /> : <StoredSite key={id} id={Number(id)} />;
}

function StoredSite({ id }: { id: number }) {
  const { t } = useConfigurationTexts();
  const query = useItem<SiteView>('site', id);
  return (
    <QueryAnswer query={query} title={t('config.site.failed')}>
      {(site) => <SiteEditor id={id} site={site} />}
    </QueryAnswer>
  );
}

/** The fields of a site as they are edited. */
interface SiteDraft {
  readonly fields: Draft;
  readonly shifts: readonly Shift[];
  /** One per line. */
  readonly networks: string;
}

const networksOf = (text: string) => text.split(/[\s,，]+/).filter((each) => each !== '');
const isField = (field: string) => siteForm.properties[field] !== undefined;

function SiteEditor({ id, site }: { id: number; site: Tagged<SiteView> }) {
  const { t } = useConfigurationTexts();
  const navigate = useNavigate();
  const edited = useEdited(
    site,
    (item): SiteDraft => ({
      fields: draftOf(siteForm, item),
      shifts: item.shifts,
      networks: item.networks.join('\n'),
    }),
  );
  const { base, draft } = edited;
  const [reason, setReason] = useState('');
  const [isAsked, setAsked] = useState(false);
  const { name, code, shifts, networks } = base.result;
  const { save, isSaving, refusal, dialog } = useSaveItem({
    ...{ kind: 'site', id, name: name || code },
    isField,
    ...{ edited, reason, setReason },
  });
  const mayChange = useMayEverywhere('engineer');
  const changes = {
    ...changesOf(siteForm, draft.fields, { ...base.result }),
    ...(differs(draft.shifts, shifts) && { shifts: draft.shifts }),
    ...(differs(networksOf(draft.networks), networks) && { networks: networksOf(draft.networks) }),
  };
  const isChanged = mayChange && edited.isTouched && Object.keys(changes).length > 0;
  const question = useUnsaved(edited.isTouched || reason !== '');
  return (
    <section className="config-body" aria-labelledby="config-site-title">
      <header className="config-head-line">
        <div>
          <Link to="/configuration/sites" className="small">
            ← {t('config.sites')}
          </Link>
          <h1 id="config-site-title">{name || code}</h1>
          <p className="quiet small">
            {name && name !== code && `${code} · `}
            <Link to="/configuration/devices" search={{ find: name || code }}>
              {t('config.site.devices')}
            </Link>
          </p>
        </div>
        <div className="config-actions">
          <Button className="button" isDisabled={!mayChange} onPress={() => setAsked(true)}>
            {t('config.delete.ask')}
          </Button>
        </div>
      </header>
      <div className="config-page">
        <SiteForm
          draft={draft}
          onChange={edited.setDraft}
          refusals={refusal.fields}
          whole={refusal.whole}
          onSubmit={() => {
            if (isChanged && !isSaving) save(changes);
          }}
        >
          <EditActions
            {...{ reason, setReason, isChanged, isSaving }}
            onCancel={edited.isTouched ? edited.reset : undefined}
          />
        </SiteForm>
        {dialog}
        {question}
      </div>
      <Section title={t('config.tab.history')}>
        <ItemHistory kind="site" id={id} name={name || code} />
      </Section>
      {isAsked && (
        <DeleteItemDialog
          {...{ kind: 'site', id, name: name || code, etag: site.etag }}
          onDeleted={() => void navigate({ to: '/configuration/sites', ignoreBlocker: true })}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}

const newSite: SiteDraft = { fields: {}, shifts: [], networks: '' };

function NewSite() {
  const { t } = useConfigurationTexts();
  const navigate = useNavigate();
  const noteChange = useNoteChange();
  const [draft, setDraft] = useState(newSite);
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState(noRefusal);
  const mayChange = useMayEverywhere('engineer');
  const add = useMutation({
    mutationFn: () =>
      api.change<SiteView>('POST', pathOf('site'), {
        body: {
          ...bodyOf(siteForm, draft.fields),
          ...{ shifts: draft.shifts, networks: networksOf(draft.networks) },
        },
        query: { reason: reason.trim() || undefined },
      }),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: ({ result, changeSet }) => {
      const label = result.name || result.code;
      void noteChange({ text: t('config.created', { name: label }), name: label, changeSet });
      void navigate({
        ...{ to: '/configuration/sites/$id', ignoreBlocker: true },
        params: { id: String(result.id) },
      });
    },
    onError: (error) => setRefusal(refusalOf(error, '', isField)),
  });
  const question = useUnsaved(draft !== newSite || reason !== '');
  return (
    <section className="config-body" aria-labelledby="config-site-title">
      <header className="config-head-line">
        <div>
          <Link to="/configuration/sites" className="small">
            ← {t('config.sites')}
          </Link>
          <h1 id="config-site-title">{t('config.site.new')}</h1>
        </div>
      </header>
      <div className="config-page">
        <SiteForm
          draft={draft}
          onChange={setDraft}
          refusals={refusal.fields}
          whole={refusal.whole}
          onSubmit={() => {
            if (mayChange && !add.isPending) add.mutate();
          }}
        >
          <EditActions
            {...{ reason, setReason }}
            isChanged={mayChange}
            isSaving={add.isPending}
            action={t('config.site.add')}
            onCancel={undefined}
          />
        </SiteForm>
        {question}
      </div>
    </section>
  );
}

function SiteForm({
  draft,
  onChange,
  refusals,
  whole,
  onSubmit,
  children,
}: {
  draft: SiteDraft;
  onChange: (draft: SiteDraft) => void;
  refusals: ReadonlyMap<string, string>;
  whole: Error | undefined;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const { t } = useConfigurationTexts();
  const { ofPlant: zone } = usePlantTime();
  const networkFault = [...refusals].find(([path]) => path.startsWith('networks'))?.[1];
  return (
    <SchemaForm
      schema={siteForm}
      draft={draft.fields}
      onChange={(fields) => onChange({ ...draft, fields })}
      refusals={refusals}
      onSubmit={onSubmit}
      extra={
        <>
          <ShiftEditor
            shifts={draft.shifts}
            zone={zone}
            refusals={refusals}
            onChange={(shifts) => onChange({ ...draft, shifts })}
          />
          <label className="labelled">
            {t('config.site.networks')}
            <textarea
              className="field"
              rows={2}
              value={draft.networks}
              aria-invalid={networkFault !== undefined}
              onChange={({ target }) => onChange({ ...draft, networks: target.value })}
            />
            <span className="small quiet">{t('config.site.networks.help')}</span>
            {networkFault && <span className="small schema-fault">{networkFault}</span>}
          </label>
          <RoleNote requiredRole="engineer" />
          {whole && <ProblemText title={t('config.refused')} error={whole} />}
        </>
      }
    >
      {children}
    </SchemaForm>
  );
}
