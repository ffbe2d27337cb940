import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useState } from 'react';
import { Overlay, OverlayActions } from '../../parts/overlay.tsx';
import { useConfigurationTexts } from '../texts.ts';
import { differs, type MergeFields, mergeRows } from './merge-rows.ts';
import { useFieldWords } from './use-field-words.ts';

/** Two users have changed the same item: shows each field before, mine and theirs, and lets the user choose. */
export function MergeDialog({
  kind,
  name,
  base,
  mine,
  theirs,
  isPending,
  onSave,
  onClose,
}: {
  readonly kind: ChangedKind;
  readonly name: string;
  readonly base: MergeFields;
  /** The fields that the user has changed. */
  readonly mine: MergeFields;
  readonly theirs: MergeFields;
  readonly isPending: boolean;
  /** @param changes of what is stored now */
  onSave(changes: MergeFields): void;
  onClose(): void;
}) {
  const { t } = useConfigurationTexts();
  const words = useFieldWords();
  const rows = mergeRows(base, mine, theirs);
  const [choices, setChoices] = useState<Readonly<Record<string, 'mine' | 'theirs'>>>(
    Object.fromEntries(rows.flatMap(({ field, by }) => (by === 'both' ? [] : [[field, by]]))),
  );
  const openCount = rows.filter(({ field }) => choices[field] === undefined).length;
  const save = () => {
    if (openCount > 0 || isPending) return;
    const changes = rows.filter(
      ({ field }) => choices[field] === 'mine' && differs(mine[field], theirs[field]),
    );
    onSave(Object.fromEntries(changes.map(({ field }) => [field, mine[field]])));
  };
  const choose = (field: string, whose: 'mine' | 'theirs') => setChoices({ ...choices, [field]: whose });
  return (
    <Overlay title={t('config.merge.title', { name })} onClose={onClose}>
      <form
        className="merge"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p>{t('config.merge.text')}</p>
        <div className="table-room">
          <table className="table" aria-label={t('config.merge.table')}>
            <thead>
              <tr>
                <th scope="col">{t('config.merge.field')}</th>
                <th scope="col">{t('config.merge.before')}</th>
                <th scope="col">{t('config.merge.mine')}</th>
                <th scope="col">{t('config.merge.theirs')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ field, by }) => (
                <tr key={field}>
                  <th scope="row">
                    {words.field(kind, field)}
                    {choices[field] === undefined && <p className="merge-open">{t('config.merge.open')}</p>}
                  </th>
                  <td data-name={t('config.merge.before')}>{words.value(kind, field, base[field])}</td>
                  {(['mine', 'theirs'] as const).map((whose) => {
                    const value = whose === 'theirs' || by === 'theirs' ? theirs[field] : mine[field];
                    return (
                      <td key={whose} data-name={t(`config.merge.${whose}`)}>
                        {by === 'theirs' && whose === 'mine' ? (
                          <span className="quiet">{t('config.merge.untouched')}</span>
                        ) : by === 'theirs' ? (
                          <span>{words.value(kind, field, value)}</span>
                        ) : (
                          <label className="merge-choice">
                            <input
                              type="radio"
                              name={field}
                              aria-label={[
                                words.field(kind, field),
                                t(`config.merge.${whose}`),
                                words.value(kind, field, value),
                              ].join(t('app.comma'))}
                              checked={choices[field] === whose}
                              onChange={() => choose(field, whose)}
                            />
                            <span>{words.value(kind, field, value)}</span>
                          </label>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <OverlayActions
          isDisabled={openCount > 0 || isPending}
          onCancel={onClose}
          note={
            openCount > 0 && (
              <span className="quiet small">{t('config.merge.left', { count: openCount })}</span>
            )
          }
        >
          {t('config.save')}
        </OverlayActions>
      </form>
    </Overlay>
  );
}
