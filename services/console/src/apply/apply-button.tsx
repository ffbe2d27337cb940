import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { SessionToApply } from './use-applying.ts';

const ApplyDialog = lazy(() => import('./apply-dialog.tsx'));

/** Asks for what is configured to be applied to sessions; nothing where there are none. */
export function ApplyButton({
  label,
  sessions,
}: {
  readonly label: string;
  readonly sessions: readonly SessionToApply[];
}) {
  const [isAsked, setIsAsked] = useState(false);
  // The outcome stays until somebody has read it, also when no session is left.
  return (
    <>
      {sessions.length > 0 && (
        <Button className="button" onPress={() => setIsAsked(true)}>
          {label}
        </Button>
      )}
      {isAsked && (
        <Suspense fallback={null}>
          <ApplyDialog sessions={sessions} onClose={() => setIsAsked(false)} />
        </Suspense>
      )}
    </>
  );
}
