import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { Severity } from '../parts/mark.tsx';
import { StateWord } from '../parts/state.tsx';
import { useStoreTexts } from './texts.ts';

/** Severity where samples are not written. Nothing is lost yet, but nothing new can be seen in the database. */
export const sinkSeverity: Readonly<Record<SinksView['status'], Severity | undefined>> = {
  ok: undefined,
  refusing: 2,
  failing: 1,
  no_writer: 1,
};

export function SinkState({ status }: { status: SinksView['status'] }) {
  const { t } = useStoreTexts();
  return (
    <StateWord state={status === 'ok' ? 'running' : 'error'} severity={sinkSeverity[status]}>
      {t(`stores.word.${status}`)}
    </StateWord>
  );
}
