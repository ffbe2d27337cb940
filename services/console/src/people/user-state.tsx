import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { Age } from '../parts/age.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { usePeopleTexts } from './texts.ts';

/** Whether a user can log in, and how, or what keeps them out. */
export function UserState({ user }: { user: UserView }) {
  const { t } = usePeopleTexts();
  const plant = usePlantTime();
  const { disabled, has_password, identity, link_expires_at: until } = user;
  const when = until === null ? '' : plant.minute(new Date(until));
  if (disabled) return <strong>{t('people.state.disabled')}</strong>;
  if (!has_password && identity === null) {
    return until === null ? t('people.state.over') : t('people.state.invited', { when });
  }
  return (
    <>
      {t(identity === null ? 'people.state.active' : 'people.state.company')}
      {until !== null && <p className="quiet small">{t('people.state.link', { when })}</p>}
    </>
  );
}

/** When a user logged in last. Releases before this was recorded left users without a time. */
export function LastLogin({ user: { last_login_at: at, has_password, identity } }: { user: UserView }) {
  const { t } = usePeopleTexts();
  if (at !== null) return <Age since={at} isAgo />;
  const mayHave = has_password || identity !== null;
  return <span className="quiet">{t(mayHave ? 'people.unrecorded' : 'people.never')}</span>;
}
