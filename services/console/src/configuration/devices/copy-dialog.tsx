import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import { useForms } from '../../forms/use-protocols.ts';
import { Overlay, OverlayActions } from '../../parts/overlay.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useNoteChange } from '../last-change.tsx';
import { pathOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { placeFields } from './device-place.ts';
import '../../apply/apply.css';

interface Step {
  readonly from: string;
  readonly step: string;
}

/** Copies a device with its points: as many copies as wanted, with codes and addresses that go up by steps. */
export function CopyDialog({
  device,
  tasks,
  onClose,
}: {
  device: DeviceDetail;
  /** Tasks that read the device. */
  tasks: readonly TaskView[];
  onClose: () => void;
}) {
  const { t, language } = useConfigurationTexts();
  const navigate = useNavigate();
  const noteChange = useNoteChange();
  const form = useForms(device.protocol);
  const properties = form?.device.properties ?? {};
  const own = device as Readonly<Record<string, unknown>>;
  const fields = form ? placeFields(form) : [];
  const [count, setCount] = useState('1');
  const [code, setCode] = useState(`${device.code}-{n}`);
  const [name, setName] = useState(device.name === '' ? '' : `${device.name} {n}`);
  const [firstNumber, setFirstNumber] = useState('2');
  const [steps, setSteps] = useState<Readonly<Record<string, Step>>>({});
  const [taskIds, setTaskIds] = useState<readonly number[]>([]);
  const [reason, setReason] = useState('');
  const [latestPreview, setLatestPreview] = useState<
    Tagged<Reverted> & { readonly body: { readonly count: number } }
  >();
  const path = `${pathOf('device', device.id)}copies/`;
  const stepOf = (field: string): Step => steps[field] ?? { from: String(own[field] ?? ''), step: '0' };
  const body = {
    count: Number(count),
    code: code.trim(),
    ...(name.trim() !== '' && { name: name.trim() }),
    first_n: Number(firstNumber),
    fields: Object.fromEntries(
      fields
        .filter((field) => steps[field] !== undefined)
        .map((field) => {
          const { from, step } = stepOf(field);
          const start = typeof own[field] === 'number' ? Number(from) : from.trim();
          return [field, { from: start, step: Number(step) }];
        }),
    ),
    task_ids: taskIds,
  };
  const preview =
    latestPreview && JSON.stringify(latestPreview.body) === JSON.stringify(body) ? latestPreview : undefined;
  const look = useMutation({
    mutationFn: async (sent: typeof body) => ({ ...(await api.dryRun<Reverted>(path, sent)), body: sent }),
    onMutate: () => {
      setLatestPreview(undefined);
      save.reset();
    },
    onSuccess: setLatestPreview,
  });
  const save = useMutation({
    mutationFn: ({ body: previewBody, etag }: NonNullable<typeof preview>) =>
      api.change<Reverted>('POST', path, {
        body: { ...previewBody, reason: reason.trim() },
        ...(etag !== undefined && { ifMatch: etag }),
      }),
    onError: () => setLatestPreview(undefined),
    onSuccess: async ({ changeSet }, { body: { count: copies } }) => {
      onClose();
      const of = device.name || device.code;
      await noteChange({ text: t('config.copied', { name: of, count: copies }), name: of, changeSet });
      await navigate({ to: '/configuration/devices' });
    },
  });
  const setStep = (field: string, change: Partial<Step>) =>
    setSteps({ ...steps, [field]: { ...stepOf(field), ...change } });
  const devices = preview?.result.results.filter((each) => each.kind === 'device') ?? [];
  const error = look.error ?? save.error;
  const text = (label: string, value: string, set: (value: string) => void, isNumber = false) => (
    <label className="labelled">
      {label}
      <input
        className="field"
        inputMode={isNumber ? 'numeric' : undefined}
        value={value}
        onChange={({ target }) => set(target.value)}
      />
    </label>
  );
  return (
    <Overlay title={t('config.copy.title', { name: device.name || device.code })} onClose={onClose}>
      <form
        className="revert"
        onSubmit={(event) => {
          event.preventDefault();
          if (look.isPending || save.isPending) return;
          if (preview) save.mutate(preview);
          else look.mutate(body);
        }}
      >
        <p>{t('config.copy.text')}</p>
        <div className="schema-fields">
          {text(t('config.copy.count'), count, setCount, true)}
          {text(t('config.copy.first'), firstNumber, setFirstNumber, true)}
          {text(t('config.copy.code'), code, setCode)}
          {text(t('config.copy.name'), name, setName)}
          {fields.map((field) => {
            const label = properties[field]?.['x-label']?.[language] ?? field;
            const { from, step } = stepOf(field);
            return (
              <fieldset key={field} className="copy-step">
                <legend>{label}</legend>
                {text(t('config.copy.from'), from, (value) => setStep(field, { from: value }))}
                {text(t('config.copy.step'), step, (value) => setStep(field, { step: value }), true)}
              </fieldset>
            );
          })}
        </div>
        {tasks.length > 0 && (
          <fieldset className="options">
            <legend>{t('config.copy.tasks')}</legend>
            {tasks.map((task) => (
              <label key={task.id} className="option">
                <input
                  type="checkbox"
                  checked={taskIds.includes(task.id)}
                  onChange={({ target }) =>
                    setTaskIds(
                      target.checked ? [...taskIds, task.id] : taskIds.filter((id) => id !== task.id),
                    )
                  }
                />
                <span>{task.name || task.code}</span>
              </label>
            ))}
          </fieldset>
        )}
        {error && <ProblemText title={t('config.refused')} error={error} />}
        {preview && (
          <div className="copy-preview" aria-live="polite">
            <p>{t('config.copy.creates', { count: preview.body.count })}</p>
            <p className="quiet">{devices.map((each) => each.code).join(t('app.list'))}</p>
          </div>
        )}
        <ReasonField
          label={t('config.reason')}
          hint={t('config.reason.hint')}
          value={reason}
          onReason={setReason}
        />
        <OverlayActions isDisabled={look.isPending || save.isPending} onCancel={onClose}>
          {t(preview ? 'config.copy' : 'config.copy.look')}
        </OverlayActions>
      </form>
    </Overlay>
  );
}
