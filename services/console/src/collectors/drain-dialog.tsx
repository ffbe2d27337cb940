import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Overlay } from '../parts/overlay.tsx';
import { ProblemLink } from '../parts/problem-link.tsx';
import { useHeldSessions } from './queries.ts';
import { useCollectorTexts } from './texts.ts';

const namedAtMost = 8;

/** Says which sessions a drain, or its end, moves where, before it sends the command. */
export default function DrainDialog({
  verb,
  collector,
  others,
  onClose,
  send,
}: {
  verb: 'drain' | 'undrain';
  collector: CollectorView;
  /** Collectors that could take sessions. */
  others: readonly CollectorView[];
  onClose: () => void;
  /** @throws when the command was refused, or its outcome is unknown */
  send: (isForced: boolean) => Promise<void>;
}) {
  const { t } = useCollectorTexts();
  const [isForced, setForced] = useState(false);
  const [isSent, setSent] = useState(false);
  const [refusal, setRefusal] = useState<ApiRefusal>();
  const hasNoTaker = verb === 'drain' && others.length === 0;
  const needsForce = hasNoTaker || refusal?.code === 'last_collector';
  const ask = async () => {
    setSent(true);
    try {
      await send(isForced);
      onClose();
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      setRefusal(error);
    }
    setSent(false);
  };
  return (
    <Overlay title={t(`collectors.${verb}.title`, { collector: collector.id })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        {verb === 'undrain' ? (
          <p>{t('collectors.undrain.text')}</p>
        ) : (
          <>
            {hasNoTaker && collector.sessions > 0 ? (
              <p>{t('collectors.drain.nobody')}</p>
            ) : (
              <>
                <Moves collector={collector} />
                {collector.sessions > 0 && <Takers others={others} />}
              </>
            )}
            <p>{t('collectors.drain.after')}</p>
          </>
        )}
        {refusal && (
          <p role="alert" className="refusal">
            {refusal.problem.detail ?? refusal.problem.title} <ProblemLink code={refusal.code} />
          </p>
        )}
        {needsForce && (
          <label className="check">
            <input type="checkbox" checked={isForced} onChange={({ target }) => setForced(target.checked)} />
            {t('collectors.drain.force')}
          </label>
        )}
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={isSent || (needsForce && !isForced)}>
            {isSent ? t('collectors.asking') : t(`collectors.${verb}.do`)}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}

function Moves({ collector: { id, sessions } }: { collector: CollectorView }) {
  const { t } = useCollectorTexts();
  const { data } = useHeldSessions(id);
  if (sessions === 0) return <p>{t('collectors.drain.nothing', { collector: id })}</p>;
  const namedSessions = (data?.results ?? []).slice(0, namedAtMost);
  return (
    <div>
      <p>{t('collectors.drain.moves', { count: sessions })}</p>
      <ul className="named">
        {namedSessions.map(({ id: session, task_code }) => (
          <li key={session}>
            {task_code} <span className="quiet">{session}</span>
          </li>
        ))}
        {data && sessions > namedSessions.length && (
          <li className="quiet">{t('collectors.drain.more', { count: sessions - namedSessions.length })}</li>
        )}
      </ul>
    </div>
  );
}

function Takers({ others }: { others: readonly CollectorView[] }) {
  const { t } = useCollectorTexts();
  const names = others
    .slice(0, namedAtMost)
    .map(({ id, capacity, sessions }) =>
      t('collectors.drain.room', { collector: id, count: Math.max(0, capacity - sessions) }),
    )
    .join(t('app.list'));
  return <p>{t('collectors.drain.takers', { collectors: names })}</p>;
}
