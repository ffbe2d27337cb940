import { ownAccount } from '@holdfast/api-client/own-account.ts';
import type { LoginView } from '@holdfast/shared/contracts/http/login-http.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { ageText } from '../time/duration.ts';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { agentOf } from './agent.ts';
import { useAccountTexts } from './texts.ts';

const path = '/api/me/logins/';

/** The user's logins, newest first; each can be ended here. */
export function Logins() {
  const { t } = useAccountTexts();
  const queries = useQueryClient();
  const { note, noteFailure } = useOutcomes();
  const [isEnding, setEnding] = useState(false);
  const query = useQuery({ queryKey: ['me', 'logins'], queryFn: ownAccount(api).logins });
  const end = async (which: string) => {
    setEnding(true);
    const reread = () => queries.invalidateQueries({ queryKey: ['me', 'logins'] });
    try {
      await api.delete(which);
      // Success is reported only once the list shows it, too.
      await reread();
      note({ kind: 'stored', text: t('account.logins.ended') });
    } catch (error) {
      noteFailure(t('account.logins.about'), error);
      await reread();
    }
    setEnding(false);
  };
  return (
    <section>
      <h3>{t('account.logins')}</h3>
      <QueryAnswer query={query} title={t('account.logins.failed')}>
        {(results) => (
          <>
            <ul className="logins">
              {results.map((login) => (
                <OneLogin
                  key={login.id}
                  login={login}
                  isEnding={isEnding}
                  onEnd={() => void end(`${path}${encodeURIComponent(login.id)}/`)}
                />
              ))}
            </ul>
            {results.length > 2 && (
              <Button className="button" isDisabled={isEnding} onPress={() => void end(path)}>
                {t('account.logins.endOthers')}
              </Button>
            )}
          </>
        )}
      </QueryAnswer>
    </section>
  );
}

/** A login with its device, and a button that ends it unless it is this one. */
export function OneLogin({
  login,
  isEnding,
  onEnd,
}: {
  login: LoginView;
  isEnding: boolean;
  onEnd: () => void;
}) {
  const { t } = useAccountTexts();
  const plant = usePlantTime();
  const now = useNow(15_000);
  const { how, agent, address, last_seen_at, expires_at, is_current } = login;
  const device = agentOf(agent);
  const name = how === 'approved' ? t('account.logins.cli') : device ? t('account.agent', device) : agent;
  const age = ageText(t, Math.max(0, now.getTime() - Date.parse(last_seen_at)) / 1_000);
  return (
    <li>
      <div>
        <strong>{name}</strong> {is_current && <span className="tag">{t('account.logins.this')}</span>}
        <p className="quiet small">
          {[
            address && t('account.logins.from', { address }),
            !is_current && t('account.logins.seen', { age }),
            t('account.logins.until', { when: plant.minute(new Date(expires_at)) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      {!is_current && (
        <Button
          className="button"
          isDisabled={isEnding}
          aria-label={t('account.logins.endThis', { agent: name })}
          onPress={onEnd}
        >
          {t('account.logins.end')}
        </Button>
      )}
    </li>
  );
}
