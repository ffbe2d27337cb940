import type {
  ChangedKind,
  ChangeItemView,
  ChangeOp,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useApplyTexts } from './texts.ts';
import '../parts/table.css';

const shownAtMost = 50;

/** Words for fields and their values. */
export interface FieldWords {
  field(kind: ChangedKind, field: string): string;
  value(kind: ChangedKind, field: string, value: unknown): string;
}

type Row =
  | { readonly what: string; readonly note: string }
  | { readonly what: string; readonly field: string; readonly before: string; readonly after: string };

type Difference = Pick<ChangeItemView, 'kind' | 'device' | 'code' | 'op' | 'fields'>;

/** Shows each field before and after a change. */
export function Differences({
  results,
  notes,
  words,
}: {
  readonly results: readonly Difference[];
  /** What it means that something is new, or gone; by default, for the sessions that read it. */
  readonly notes?: Readonly<Record<Exclude<ChangeOp, 'changed'>, string>>;
  /** Names of fields and values for people; those of the API unless given. */
  readonly words?: FieldWords;
}) {
  const { t } = useApplyTexts();
  const rows = results.flatMap(({ kind, device, code, op, fields }): Row[] => {
    const what = device && kind === 'point' ? `${device} / ${code}` : code;
    if (op !== 'changed') return [{ what, note: notes?.[op] ?? t(`apply.${op}`) }];
    return Object.entries(fields).map(([field, { before, after }]) => ({
      what,
      field: words?.field(kind, field) ?? field,
      before: words?.value(kind, field, before) ?? valueText(before),
      after: words?.value(kind, field, after) ?? valueText(after),
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
                  <td data-name={t('apply.field')}>{row.field}</td>
                  <td data-name={t('apply.before')}>{row.before}</td>
                  <td data-name={t('apply.after')}>{row.after}</td>
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

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
