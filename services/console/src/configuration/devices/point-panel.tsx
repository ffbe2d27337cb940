import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { addressField } from '@holdfast/shared/forms/point-place.ts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { readAddress } from '../../first-run/address-reading.ts';
import { bodyOfDevice } from '../../first-run/first-run-queries.ts';
import { AddressHint, sharedByNext } from '../../first-run/new-point.tsx';
import { PointPreview } from '../../first-run/point-preview.tsx';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import { bodyOf, changesOf, type Draft, draftOf, valueIn } from '../../forms/form-schema.ts';
import { SchemaForm } from '../../forms/schema-form.tsx';
import type { Forms } from '../../forms/use-protocols.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { useCloseOnEscape } from '../../parts/use-close-on-escape.ts';
import { useNoteChange } from '../last-change.tsx';
import { DeleteDialog } from '../parts/delete-dialog.tsx';
import { EditActions } from '../parts/edit-actions.tsx';
import { ItemHistory } from '../parts/item-history.tsx';
import { useEdited, useSaveItem } from '../parts/use-save-item.tsx';
import { useUnsaved } from '../parts/use-unsaved.tsx';
import { pathOf, useItem, useWhyNotDevice } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';

interface PanelProps {
  readonly device: DeviceDetail;
  readonly form: Forms;
}

/** One point next to the list, to be changed or deleted. */
export function PointPanel({ id, device, form }: PanelProps & { id: number }) {
  const { t } = useConfigurationTexts();
  const query = useItem<PointView>('point', id);
  // Later the editor decides: Escape must not lose what was typed.
  useCloseOnEscape(query.data === undefined, useClosePanel());
  return (
    <Panel label={query.data?.result.name || query.data?.result.code || t('config.point')}>
      <QueryAnswer query={query} title={t('config.point.failed')}>
        {(point) => <PointEditor {...{ id, device, form, point }} />}
      </QueryAnswer>
    </Panel>
  );
}

function useClosePanel(): () => void {
  const navigate = useNavigate();
  return () =>
    void navigate({
      ...{ to: '.', replace: true, ignoreBlocker: true },
      search: (before) => ({ ...before, point: undefined }),
    });
}

function Panel({ label, children }: { label: string; children: ReactNode }) {
  const { t } = useConfigurationTexts();
  return (
    <aside className="config-panel" aria-label={label}>
      <header>
        <h2>{label}</h2>
        <Link
          to="."
          search={(before) => ({ ...before, point: undefined })}
          className="button is-bare"
          aria-label={t('app.close')}
        >
          <Icon name="close" />
        </Link>
      </header>
      {children}
    </aside>
  );
}

function PointEditor({ id, device, form, point }: PanelProps & { id: number; point: Tagged<PointView> }) {
  const { t } = useConfigurationTexts();
  const close = useClosePanel();
  const edited = useEdited(point, (item) => draftOf(form.point, item));
  const { base, draft } = edited;
  const [reason, setReason] = useState('');
  const [isAsked, setAsked] = useState(false);
  const [hasHistory, setHasHistory] = useState(false);
  useCloseOnEscape(!edited.isTouched && reason === '', close);
  const { name, code } = base.result;
  const { save, isSaving, refusal, dialog } = useSaveItem({
    ...{ kind: 'point', id, name: `${device.code} / ${code}` },
    isField: (field) => form.point.properties[field] !== undefined,
    ...{ edited, reason, setReason },
  });
  const changes = changesOf(form.point, draft, base.result);
  const isChanged = edited.isTouched && Object.keys(changes).length > 0;
  const whyNot = useWhyNotDevice(device);
  const question = useUnsaved(edited.isTouched || reason !== '');
  return (
    <>
      <PointForm
        {...{ device, form, draft }}
        onChange={edited.setDraft}
        refusals={refusal.fields}
        whole={refusal.whole}
        onSubmit={() => {
          if (isChanged && !isSaving && whyNot === undefined) save(changes);
        }}
      >
        <EditActions
          {...{ reason, setReason, isChanged, isSaving, whyNot }}
          onCancel={edited.isTouched ? edited.reset : undefined}
        />
      </PointForm>
      <footer className="config-actions">
        <Button className="button" isDisabled={whyNot !== undefined} onPress={() => setAsked(true)}>
          {t('config.delete.ask')}
        </Button>
        <Button className="button" aria-expanded={hasHistory} onPress={() => setHasHistory(!hasHistory)}>
          {t('config.tab.history')}
        </Button>
      </footer>
      {hasHistory && <ItemHistory kind="point" id={id} name={`${device.code} / ${code}`} />}
      {isAsked && (
        <DeleteDialog
          kind="point"
          ids={[id]}
          name={name || code}
          onDeleted={close}
          onClose={() => setAsked(false)}
        />
      )}
      {dialog}
      {question}
    </>
  );
}

/** A form for a new point. It starts again after each. */
export function NewPointPanel({ device, form }: PanelProps) {
  const { t } = useConfigurationTexts();
  const noteChange = useNoteChange();
  const [start, setStart] = useState<Draft>({});
  const [draft, setDraft] = useState(start);
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState(noRefusal);
  const [round, setRound] = useState(0);
  const isUnsaved = draft !== start || reason !== '';
  useCloseOnEscape(!isUnsaved, useClosePanel());
  const question = useUnsaved(isUnsaved);
  const whyNot = useWhyNotDevice(device);
  const add = useMutation({
    mutationFn: (sent: { readonly draft: Draft; readonly reason: string }) =>
      api.change('POST', pathOf('point'), {
        body: { ...bodyOf(form.point, sent.draft), device_id: device.id },
        query: { reason: sent.reason.trim() || undefined },
      }),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: ({ changeSet }, sent) => {
      const name = `${device.code} / ${sent.draft.code ?? ''}`;
      // What was typed meanwhile stays.
      if (draft === sent.draft) {
        const next = sharedByNext(form, draft);
        setDraft(next);
        setStart(next);
        // Without the faults of the point before.
        setRound(round + 1);
      }
      setReason((now) => (now === sent.reason ? '' : now));
      void noteChange({ text: t('config.created', { name }), name, changeSet });
    },
    onError: (error) =>
      setRefusal(refusalOf(error, '', (field) => form.point.properties[field] !== undefined)),
  });
  return (
    <Panel label={t('config.point.new')}>
      <PointForm
        key={round}
        {...{ device, form, draft }}
        onChange={setDraft}
        refusals={refusal.fields}
        whole={refusal.whole}
        onSubmit={() => {
          if (!add.isPending && whyNot === undefined) add.mutate({ draft, reason });
        }}
      >
        <EditActions
          {...{ reason, setReason, whyNot }}
          isChanged
          isSaving={add.isPending}
          action={t('config.point.add')}
          onCancel={undefined}
        />
      </PointForm>
      {question}
    </Panel>
  );
}

function PointForm({
  device,
  form,
  draft,
  onChange,
  refusals,
  whole,
  onSubmit,
  children,
}: PanelProps & {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly refusals: ReadonlyMap<string, string>;
  readonly whole: Error | undefined;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useConfigurationTexts();
  const address = addressField(form) ?? '';
  const change = (next: Draft) => {
    const { [address]: text = '' } = next;
    const reading = text === draft[address] ? undefined : readAddress(text, form.notations);
    onChange({ ...next, ...reading?.sets });
  };
  return (
    <>
      <SchemaForm
        schema={form.point}
        draft={draft}
        onChange={change}
        refusals={refusals}
        hints={{
          [address]: (
            <AddressHint
              text={draft[address] ?? ''}
              valueFor={valueIn(form.point, draft)}
              notations={form.notations}
            />
          ),
        }}
        onSubmit={onSubmit}
        extra={whole && <ProblemText title={t('config.refused')} error={whole} />}
      >
        {children}
      </SchemaForm>
      <PointPreview device={bodyOfDevice(device)} form={form} draft={draft} onChange={change} />
    </>
  );
}
