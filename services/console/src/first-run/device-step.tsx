import type { DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { bodyOf, changesOf, draftOf, faultsIn } from '../forms/form-schema.ts';
import { SchemaForm } from '../forms/schema-form.tsx';
import type { Forms } from '../forms/use-protocols.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { bodyOfDevice, tryDevice, useDevice, useSites } from './first-run-queries.ts';
import { noRefusal, refusalOf } from './refusals.ts';
import { type StoredDraft, useStoredDraft } from './stored-draft.ts';
import { useFirstRunTexts } from './texts.ts';
import { TrialAnswer } from './trial-answer.tsx';

/** The first step: a device, tested before it is stored. With an id it changes a stored device. */
export function DeviceStep({
  protocols,
  id,
  sideContent,
}: {
  protocols: readonly Forms[];
  id: number | undefined;
  /** Alternatives to a new device. */
  sideContent: ReactNode;
}) {
  return id === undefined ? (
    <NewDevice protocols={protocols} sideContent={sideContent} />
  ) : (
    <StoredDevice protocols={protocols} id={id} />
  );
}

function NewDevice({ protocols, sideContent }: { protocols: readonly Forms[]; sideContent: ReactNode }) {
  const keptDraft = useStoredDraft('first-run.device');
  const { data: sites } = useSites();
  const onlySite = sites?.length === 1 ? sites[0] : undefined;
  // A device at no site is seen only by those who see all sites, so the only site is chosen until the user chooses.
  const draft = { ...(onlySite && { site_id: String(onlySite.id) }), ...keptDraft.draft };
  return (
    <DeviceForm
      {...{ protocols, ...keptDraft, draft }}
      before={{}}
      id={undefined}
      sideContent={sideContent}
    />
  );
}

function StoredDevice({ protocols, id }: { protocols: readonly Forms[]; id: number }) {
  const { t } = useFirstRunTexts();
  const { data, error } = useDevice(id);
  if (data === undefined) {
    if (!error) return <p className="quiet">{t('app.loading')}</p>;
    return (
      <>
        <ProblemText title={t('first.gone')} error={error} />
        <Link to="/first-run">{t('first.again')}</Link>
      </>
    );
  }
  return <ChangedDevice protocols={protocols} id={id} before={bodyOfDevice(data)} />;
}

function ChangedDevice({
  protocols,
  id,
  before,
}: {
  protocols: readonly Forms[];
  id: number;
  before: Record<string, unknown>;
}) {
  const form = protocols.find(({ protocol }) => protocol === before.protocol);
  const keptDraft = useStoredDraft(`first-run.device.${id}`, {
    ...(form && draftOf(form.device, before)),
    protocol: String(before.protocol),
  });
  return <DeviceForm {...{ protocols, ...keptDraft, before, id }} />;
}

interface DeviceFormProps extends StoredDraft {
  readonly protocols: readonly Forms[];
  /** The stored device, or empty for a new one. */
  readonly before: Record<string, unknown>;
  readonly id: number | undefined;
  readonly sideContent?: ReactNode;
}

function DeviceForm({ protocols, draft, setDraft, forget, before, id, sideContent }: DeviceFormProps) {
  const { t, language } = useFirstRunTexts();
  const navigate = useNavigate({ from: '/first-run' });
  const queries = useQueryClient();
  const sites = useSites();
  const form = protocols.find(({ protocol }) => protocol === draft.protocol) ?? protocols[0];
  const [trial, setTrial] = useState<{ readonly of: string; readonly answer: DeviceTrialView }>();
  const [refusal, setRefusal] = useState(noRefusal);
  const isField = (field: string) => form?.device.properties[field] !== undefined;
  const body = form ? bodyOf(form.device, draft, before) : {};
  const asText = JSON.stringify(body);

  const test = useMutation({
    mutationFn: () => tryDevice(body),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: (answer) => setTrial({ of: asText, answer }),
    onError: (error) => setRefusal(refusalOf(error, 'device.', isField)),
  });
  const save = useMutation({
    mutationFn: () =>
      id === undefined
        ? api.command<{ id: number }>('/api/config/devices/', body)
        : api.patch<{ id: number }>(
            `/api/config/devices/${id}/`,
            form ? changesOf(form.device, draft, before) : {},
          ),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: async ({ id: stored }) => {
      forget();
      await queries.invalidateQueries({ queryKey: ['configuration'] });
      // Going back leads to the created device, not to a form for another one.
      await navigate({ search: { added: stored }, replace: true });
      await navigate({ search: { step: 'points', added: stored } });
    },
    onError: (error) => setRefusal(refusalOf(error, '', isField)),
  });
  if (form === undefined) return null;
  const isAnswered = trial !== undefined && trial.of === asText && trial.answer.answers;
  const isTried = trial !== undefined || refusal.whole !== undefined;
  const isBusy = test.isPending || save.isPending;
  const ask = () => {
    if (!isBusy) test.mutate();
  };
  return (
    <div className="first-columns">
      <div className="first-form">
        <label className="labelled">
          {t('first.device.protocol')}
          <select
            className="choice"
            value={form.protocol}
            onChange={({ target }) => setDraft({ ...draft, protocol: target.value })}
          >
            {protocols.map(({ protocol, label }) => (
              <option key={protocol} value={protocol}>
                {label[language]}
              </option>
            ))}
          </select>
          <span className="small quiet">{form.help[language]}</span>
        </label>
        <SchemaForm
          schema={form.device}
          draft={draft}
          onChange={setDraft}
          refusals={refusal.fields}
          choices={{
            site_id: (sites.data ?? []).map((site) => ({
              value: String(site.id),
              label: site.name || site.code,
            })),
          }}
          onSubmit={() => (isAnswered ? save.mutate() : ask())}
        >
          {/* Both buttons keep their places, so that a double press tests twice and saves nothing. */}
          <Button
            className={isAnswered ? 'button' : 'button is-main'}
            type={isAnswered ? 'button' : 'submit'}
            isDisabled={isBusy}
            {...(isAnswered && { onPress: ask })}
          >
            {t(test.isPending ? 'first.device.testing' : 'first.device.test')}
          </Button>
          <Button
            className={isAnswered ? 'button is-main' : 'button'}
            type={isAnswered ? 'submit' : 'button'}
            isDisabled={isBusy || !isTried || (!isAnswered && faultsIn(form.device, draft).size > 0)}
            {...(!isAnswered && { onPress: () => save.mutate() })}
          >
            {t(
              save.isPending
                ? 'first.device.saving'
                : isTried && !isAnswered
                  ? 'first.device.save.anyway'
                  : 'first.device.save',
            )}
          </Button>
          {!isTried && <span className="small quiet">{t('first.device.save.first')}</span>}
        </SchemaForm>
      </div>
      <div className="first-side">
        <TrialAnswer
          form={form}
          body={body}
          answer={trial?.answer}
          isOld={trial !== undefined && trial.of !== asText}
          isAsking={test.isPending}
          error={refusal.whole}
        />
        {sideContent}
      </div>
    </div>
  );
}
