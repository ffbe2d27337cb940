import { lazy, Suspense, useEffect, useState } from 'react';
import { answerFreshLogins } from '../api/fresh-login.ts';

const FreshLoginDialog = lazy(() => import('../account/fresh-login-dialog.tsx'));

/** Asks whoever is logged in to show once more who he is, when a call wants to know. */
export function FreshLogin() {
  const [answer, setAnswer] = useState<(isShown: boolean) => void>();
  useEffect(() => answerFreshLogins(() => new Promise((resolve) => setAnswer(() => resolve))), []);
  if (answer === undefined) return null;
  return (
    <Suspense fallback={null}>
      <FreshLoginDialog
        onAnswer={(isShown) => {
          setAnswer(undefined);
          answer(isShown);
        }}
      />
    </Suspense>
  );
}
