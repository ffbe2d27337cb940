import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import { useState } from 'react';
import { useSites } from '../../first-run/first-run-queries.ts';
import { changesOf, type Draft, draftOf, fullBodyOf } from '../../forms/form-schema.ts';
import { SchemaForm } from '../../forms/schema-form.tsx';
import { useProtocols } from '../../forms/use-protocols.ts';
import { ProblemText } from '../../parts/problem-text.tsx';
import { EditActions } from '../parts/edit-actions.tsx';
import { useEdited, useSaveItem } from '../parts/use-save-item.tsx';
import { useUnsaved } from '../parts/use-unsaved.tsx';
import { useWhyNotDevice } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';

/** The settings of a device, in the form of its protocol. */
export function DeviceSettings({ id, device }: { id: number; device: Tagged<DeviceDetail> }) {
  const { t, language } = useConfigurationTexts();
  const protocols = useProtocols().data ?? [];
  const sites = useSites().data ?? [];
  const formOf = (protocol: unknown) => protocols.find((each) => each.protocol === protocol);
  const edited = useEdited(
    device,
    (item): Draft => ({
      ...draftOf(formOf(item.protocol)?.device ?? { properties: {} }, item),
      protocol: item.protocol,
    }),
  );
  const { base, draft } = edited;
  const [reason, setReason] = useState('');
  const form = formOf(draft.protocol);
  const { name, code } = base.result;
  const { save, isSaving, refusal, dialog } = useSaveItem({
    ...{ kind: 'device', id, name: name || code },
    isField: (field) => form?.device.properties[field] !== undefined,
    ...{ edited, reason, setReason },
  });
  const whyNot = useWhyNotDevice(base.result);
  const isTouched = edited.isTouched || reason !== '';
  const question = useUnsaved(isTouched);
  if (form === undefined) return <p className="quiet">{t('app.loading')}</p>;
  const { id: _, learned_limits: __, ...before } = base.result;
  const isOtherProtocol = draft.protocol !== before.protocol;
  const changes = isOtherProtocol
    ? { ...fullBodyOf(form.device, draft), protocol: form.protocol }
    : changesOf(form.device, draft, before);
  const isChanged = edited.isTouched && Object.keys(changes).length > 0;
  return (
    <div className="config-page">
      <label className="labelled config-protocol">
        {t('config.device.protocol')}
        <select
          className="choice"
          value={form.protocol}
          onChange={({ target }) => edited.setDraft({ ...draft, protocol: target.value })}
        >
          {protocols.map(({ protocol, label }) => (
            <option key={protocol} value={protocol}>
              {label[language]}
            </option>
          ))}
        </select>
        {isOtherProtocol && <span className="small quiet">{t('config.device.protocol.other')}</span>}
      </label>
      <SchemaForm
        schema={form.device}
        draft={draft}
        onChange={edited.setDraft}
        refusals={refusal.fields}
        choices={{
          site_id: sites.map((site) => ({ value: String(site.id), label: site.name || site.code })),
        }}
        onSubmit={() => {
          if (isChanged && !isSaving && whyNot === undefined) save(changes);
        }}
        extra={refusal.whole && <ProblemText title={t('config.refused')} error={refusal.whole} />}
      >
        <EditActions
          {...{ reason, setReason, isChanged, isSaving, whyNot }}
          onCancel={edited.isTouched ? edited.reset : undefined}
        />
      </SchemaForm>
      {dialog}
      {question}
    </div>
  );
}
