import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { Differences } from '../../apply/differences.tsx';
import { useSites } from '../../first-run/first-run-queries.ts';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import { bodyOf, type Draft, type FormSchema, isShown } from '../../forms/form-schema.ts';
import { SchemaForm } from '../../forms/schema-form.tsx';
import { useProtocols } from '../../forms/use-protocols.ts';
import { Overlay } from '../../parts/overlay.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useNoteChange } from '../last-change.tsx';
import { pathOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { useFieldWords } from './use-field-words.ts';
import '../../apply/apply.css';

/** Fields that name an item, so that no two share them. */
const ownFields = new Set(['code', 'name', 'protocol', 'mode', 'host', 'address', 'topic']);

/** Gives many devices or points the same value of one field, as one change, after showing what it changes. */
export function BulkDialog({
  kind,
  ids,
  onClose,
}: {
  kind: 'device' | 'point';
  ids: readonly number[];
  onClose: () => void;
}) {
  const { t, language } = useConfigurationTexts();
  const protocols = useProtocols().data ?? [];
  const sites = useSites().data ?? [];
  const words = useFieldWords();
  const noteChange = useNoteChange();
  const [form] = protocols;
  const schema = form?.[kind];
  const fields = Object.entries(schema?.properties ?? {}).filter(
    // Those that every protocol has, and that go with any choice in other fields.
    ([name, each]) =>
      !ownFields.has(name) &&
      protocols.every((other) => other[kind].properties[name] !== undefined) &&
      isShown(each, () => ''),
  );
  const [field, setField] = useState('');
  const [draft, setDraft] = useState<Draft>({});
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState(noRefusal);
  const [latestPreview, setLatestPreview] = useState<Tagged<Reverted> & { readonly body: object }>();
  const path = pathOf(kind);
  const shape = schema?.properties[field];
  const one: FormSchema | undefined = shape && {
    properties: { [field]: shape },
    'x-groups': [{ name: 'one', label: { en: '', zh: '' }, folded: false, fields: [field] }],
  };
  const body = {
    ids,
    // An empty field stands for its default, which an edit of many does not know.
    set: one ? { [field]: bodyOf(one, draft)[field] ?? shape?.default ?? null } : {},
  };
  const isCurrent = (other: object) => JSON.stringify(other) === JSON.stringify(body);
  const preview = latestPreview && isCurrent(latestPreview.body) ? latestPreview : undefined;
  const look = useMutation({
    mutationFn: async (sent: object) => ({
      ...(await api.dryRun<Reverted>(path, sent, 'PATCH')),
      body: sent,
    }),
    onMutate: () => {
      setRefusal(noRefusal);
      setLatestPreview(undefined);
    },
    onSuccess: setLatestPreview,
    onError: (error, sent) => {
      if (isCurrent(sent)) setRefusal(refusalOf(error, 'set.', (each) => each === field));
    },
  });
  const save = useMutation({
    mutationFn: ({ body: previewBody, etag }: NonNullable<typeof preview>) =>
      api.change<Reverted>('PATCH', path, {
        body: { ...previewBody, reason: reason.trim() },
        ...(etag !== undefined && { ifMatch: etag }),
      }),
    onSuccess: ({ changeSet, result }) => {
      onClose();
      const name = t(`config.count.${kind}s`, { count: result.counts.changed });
      return noteChange({ text: t('config.saved', { name }), name, changeSet });
    },
    onError: (error) => {
      setLatestPreview(undefined);
      setRefusal(refusalOf(error, 'set.', (each) => each === field));
    },
  });
  const title = t('config.bulk.title', { what: t(`config.count.${kind}s`, { count: ids.length }) });
  return (
    <Overlay title={title} onClose={onClose}>
      <div className="bulk revert">
        <label className="labelled">
          {t('config.bulk.field')}
          <select
            className="choice"
            value={field}
            onChange={({ target }) => {
              setField(target.value);
              setDraft({});
              setRefusal(noRefusal);
            }}
          >
            {field === '' && <option value="">{t('config.bulk.choose')}</option>}
            {fields.map(([name, each]) => (
              <option key={name} value={name}>
                {each['x-label']?.[language] ?? name}
              </option>
            ))}
          </select>
        </label>
        {one ? (
          <SchemaForm
            key={field}
            schema={one}
            draft={draft}
            onChange={setDraft}
            refusals={refusal.fields}
            choices={{
              site_id: sites.map((site) => ({ value: String(site.id), label: site.name || site.code })),
            }}
            onSubmit={() => {
              if (look.isPending || save.isPending) return;
              if (preview) save.mutate(preview);
              else look.mutate(body);
            }}
            extra={
              <>
                {preview &&
                  (preview.result.counts.changed === 0 ? (
                    <p>{t('config.bulk.nothing')}</p>
                  ) : (
                    <>
                      <p>{t('config.bulk.changes', { count: preview.result.counts.changed })}</p>
                      <Differences results={preview.result.results} words={words} />
                    </>
                  ))}
                {refusal.whole && <ProblemText title={t('config.refused')} error={refusal.whole} />}
                <ReasonField
                  label={t('config.reason')}
                  hint={t('config.reason.hint')}
                  value={reason}
                  onReason={setReason}
                />
              </>
            }
          >
            <Button className="button" onPress={onClose}>
              {t('command.cancel')}
            </Button>
            <Button
              className="button is-main"
              type="submit"
              isDisabled={look.isPending || save.isPending || preview?.result.counts.changed === 0}
            >
              {preview
                ? t('config.bulk.save', { count: preview.result.counts.changed })
                : t('config.bulk.look')}
            </Button>
          </SchemaForm>
        ) : (
          <div className="overlay-actions">
            <Button className="button" onPress={onClose}>
              {t('command.cancel')}
            </Button>
          </div>
        )}
      </div>
    </Overlay>
  );
}
