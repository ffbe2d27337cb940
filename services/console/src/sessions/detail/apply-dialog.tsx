import type { Reconfigured } from '@holdfast/shared/contracts/http/reconfigure-http.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../../api/api.ts';
import { useOutcomes } from '../../parts/outcomes.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { useDetailTexts } from './texts.ts';
import '../../parts/table.css';

const shownAtMost = 50;

/** Shows what applying the configuration would change, and applies exactly that. */
export default function ApplyDialog({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  onClose(): void;
}) {
  const { t } = useDetailTexts();
  const { note, noteFailure } = useOutcomes();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [isSent, setIsSent] = useState(false);
  const path = `/api/acquisition/sessions/${encodeURIComponent(id)}/reconfigure/`;
  const { data, error, refetch } = useQuery({
    queryKey: ['reconfigure', id],
    queryFn: () => api.post<Reconfigured>(path, { dry_run: true }),
    retry: false,
    gcTime: 0,
  });
  const apply = async () => {
    if (!data) return;
    setIsSent(true);
    try {
      const { detail } = await api.command<Reconfigured>(path, { reason: reason.trim() || null }, data.etag);
      note({ kind: 'stored', text: t('apply.stored', { session: name, detail }) });
    } catch (failure) {
      noteFailure(name, failure);
    }
    onClose();
    await queries.invalidateQueries({ queryKey: ['sessions'] });
  };
  return (
    <Overlay title={t('apply.title', { session: name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        {data ? (
          <>
            <p>{data.is_changed ? t('apply.text') : data.detail}</p>
            <Differences results={data.results} />
          </>
        ) : error ? (
          <ProblemText title={name} error={error} again={() => void refetch()} />
        ) : (
          <p className="quiet">{t('apply.comparing')}</p>
        )}
        <ReasonField
          label={t('command.stop.reason')}
          hint={t('command.stop.reason.hint')}
          value={reason}
          onReason={setReason}
        />
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={!data?.is_changed || isSent}>
            {t('apply.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}

type Row =
  | { readonly what: string; readonly note: string }
  | { readonly what: string; readonly field: string; readonly before: string; readonly after: string };

function Differences({ results }: Pick<Reconfigured, 'results'>) {
  const { t } = useDetailTexts();
  const rows = results.flatMap(({ kind, device, code, op, fields }): Row[] => {
    const what = device && kind === 'point' ? `${device} / ${code}` : code;
    if (op !== 'changed') return [{ what, note: t(op === 'created' ? 'apply.created' : 'apply.deleted') }];
    return Object.entries(fields).map(([field, { before, after }]) => ({
      ...{ what, field, before: shown(before), after: shown(after) },
    }));
  });
  if (rows.length === 0) return null;
  const left = rows.length - shownAtMost;
  return (
    <>
      <div className="table-room">
        <table className="table">
          <caption className="heard">{t('apply.table')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('apply.what')}</th>
              <th scope="col">{t('apply.field')}</th>
              <th scope="col">{t('apply.before')}</th>
              <th scope="col">{t('apply.after')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shownAtMost).map((row) =>
              'note' in row ? (
                <tr key={row.what}>
                  <th scope="row">{row.what}</th>
                  <td colSpan={3}>{row.note}</td>
                </tr>
              ) : (
                <tr key={`${row.what} ${row.field}`}>
                  <th scope="row">{row.what}</th>
                  <td>{row.field}</td>
                  <td>{row.before}</td>
                  <td>{row.after}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      {left > 0 && <p className="quiet small">{t('apply.more', { left: String(left) })}</p>}
    </>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
