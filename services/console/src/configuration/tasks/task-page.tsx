import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { useSessions } from '../../changes/queries.ts';
import { noRefusal, refusalOf } from '../../first-run/refusals.ts';
import { bodyOf, changesOf, type Draft, draftOf } from '../../forms/form-schema.ts';
import { SchemaForm } from '../../forms/schema-form.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { Section } from '../../parts/section.tsx';
import { useNoteChange } from '../last-change.tsx';
import { ApplyFor } from '../parts/apply-for.tsx';
import { DeleteItemDialog } from '../parts/delete-dialog.tsx';
import { EditActions } from '../parts/edit-actions.tsx';
import { ItemHistory } from '../parts/item-history.tsx';
import { useEdited, useSaveItem } from '../parts/use-save-item.tsx';
import { useUnsaved } from '../parts/use-unsaved.tsx';
import { pathOf, useItem } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import { DevicePicker } from './device-picker.tsx';
import { taskForm } from './task-form.ts';

/** A task: its period, its devices, and what was changed of it. */
export default function TaskPage() {
  const { id } = useParams({ from: '/configuration/tasks/$id' });
  return id === 'new' ? <NewTask /> : <StoredTask key={id} id={Number(id)} />;
}

function StoredTask({ id }: { id: number }) {
  const { t } = useConfigurationTexts();
  const query = useItem<TaskView>('task', id);
  return (
    <QueryAnswer query={query} title={t('config.task.failed')}>
      {(task) => <TaskEditor id={id} task={task} />}
    </QueryAnswer>
  );
}

/** The fields of a task as they are edited. */
interface TaskDraft {
  readonly fields: Draft;
  readonly deviceIds: readonly number[];
  readonly pointIds: readonly number[];
}

const isSame = (one: readonly number[], other: readonly number[]) => one.join() === other.join();

function TaskEditor({ id, task }: { id: number; task: Tagged<TaskView> }) {
  const { t } = useConfigurationTexts();
  const navigate = useNavigate();
  const edited = useEdited(
    task,
    (item): TaskDraft => ({
      fields: draftOf(taskForm, item),
      deviceIds: item.device_ids,
      pointIds: item.point_ids,
    }),
  );
  const { base, draft } = edited;
  const [reason, setReason] = useState('');
  const [isAsked, setAsked] = useState(false);
  const { name, code, device_ids: deviceIds, point_ids: pointIds } = base.result;
  const { save, isSaving, refusal, dialog } = useSaveItem({
    ...{ kind: 'task', id, name: name || code },
    isField: (field) => taskForm.properties[field] !== undefined,
    ...{ edited, reason, setReason },
  });
  const changes = {
    ...changesOf(taskForm, draft.fields, { ...base.result }),
    ...(!isSame(draft.deviceIds, deviceIds) && { device_ids: draft.deviceIds }),
    ...(!isSame(draft.pointIds, pointIds) && { point_ids: draft.pointIds }),
  };
  const isChanged = edited.isTouched && Object.keys(changes).length > 0;
  const question = useUnsaved(edited.isTouched || reason !== '');
  const session = useSessions().data?.results.find(({ task_id: of }) => of === id);
  return (
    <section className="config-body" aria-labelledby="config-task-title">
      <header className="config-head-line">
        <div>
          <Link to="/configuration/tasks" className="small">
            ← {t('config.tasks')}
          </Link>
          <h1 id="config-task-title">{name || code}</h1>
          <p className="quiet small">
            {name && name !== code && `${code} · `}
            {session ? (
              <Link to="/sessions" search={{ session: session.id }}>
                {t('config.task.session', { session: session.id, state: t(`state.${session.status}`) })}
              </Link>
            ) : (
              t('config.task.session.none')
            )}
          </p>
        </div>
        <div className="config-actions">
          <Button className="button" onPress={() => setAsked(true)}>
            {t('config.delete.ask')}
          </Button>
        </div>
      </header>
      <ApplyFor tasks={[id]} />
      <div className="config-page">
        <SchemaForm
          schema={taskForm}
          draft={draft.fields}
          onChange={(fields) => edited.setDraft({ ...draft, fields })}
          refusals={refusal.fields}
          onSubmit={() => {
            if (isChanged && !isSaving) save(changes);
          }}
          extra={
            <>
              <DevicePicker
                ids={draft.deviceIds}
                onChange={(next) => edited.setDraft({ ...draft, deviceIds: next })}
              />
              {pointIds.length > 0 && (
                <label className="config-check">
                  <input
                    type="checkbox"
                    checked={draft.pointIds.length > 0}
                    onChange={({ target }) =>
                      edited.setDraft({ ...draft, pointIds: target.checked ? pointIds : [] })
                    }
                  />
                  {t('config.task.points', { count: pointIds.length })}
                </label>
              )}
              {refusal.whole && <ProblemText title={t('config.refused')} error={refusal.whole} />}
            </>
          }
        >
          <EditActions
            {...{ reason, setReason, isChanged, isSaving }}
            onCancel={edited.isTouched ? edited.reset : undefined}
          />
        </SchemaForm>
        {dialog}
        {question}
      </div>
      <Section title={t('config.tab.history')}>
        <ItemHistory kind="task" id={id} name={name || code} />
      </Section>
      {isAsked && (
        <DeleteItemDialog
          {...{ kind: 'task', id, name: name || code, etag: task.etag }}
          onDeleted={() => void navigate({ to: '/configuration/tasks', ignoreBlocker: true })}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}

const newTask: Draft = { period_ms: '1000' };

function NewTask() {
  const { t } = useConfigurationTexts();
  const navigate = useNavigate();
  const noteChange = useNoteChange();
  const [draft, setDraft] = useState(newTask);
  const [deviceIds, setDeviceIds] = useState<readonly number[]>([]);
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState(noRefusal);
  const add = useMutation({
    mutationFn: () =>
      api.change<TaskView>('POST', pathOf('task'), {
        body: { ...bodyOf(taskForm, draft), device_ids: deviceIds },
        query: { reason: reason.trim() || undefined },
      }),
    onMutate: () => setRefusal(noRefusal),
    onSuccess: ({ result, changeSet }) => {
      const label = result.name || result.code;
      void noteChange({ text: t('config.created', { name: label }), name: label, changeSet });
      void navigate({
        ...{ to: '/configuration/tasks/$id', ignoreBlocker: true },
        params: { id: String(result.id) },
      });
    },
    onError: (error) => setRefusal(refusalOf(error, '', (field) => taskForm.properties[field] !== undefined)),
  });
  const question = useUnsaved(draft !== newTask || deviceIds.length > 0 || reason !== '');
  return (
    <section className="config-body" aria-labelledby="config-task-title">
      <header className="config-head-line">
        <div>
          <Link to="/configuration/tasks" className="small">
            ← {t('config.tasks')}
          </Link>
          <h1 id="config-task-title">{t('config.task.new')}</h1>
        </div>
      </header>
      <div className="config-page">
        <SchemaForm
          schema={taskForm}
          draft={draft}
          onChange={setDraft}
          refusals={refusal.fields}
          onSubmit={() => {
            if (!add.isPending) add.mutate();
          }}
          extra={
            <>
              <DevicePicker ids={deviceIds} onChange={setDeviceIds} />
              {refusal.whole && <ProblemText title={t('config.refused')} error={refusal.whole} />}
            </>
          }
        >
          <EditActions
            {...{ reason, setReason }}
            isChanged
            isSaving={add.isPending}
            action={t('config.task.add')}
            onCancel={undefined}
          />
        </SchemaForm>
        {question}
      </div>
    </section>
  );
}
