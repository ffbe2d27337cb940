import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { SessionToApply } from './use-applying.ts';

const ApplyDialog = lazy(() => import('./apply-dialog.tsx'));

/** Applies the present configuration to sessions, or says why the user may not; shows nothing without sessions. */
export function ApplyButton({
  label,
  sessions,
  forbidden,
}: {
  readonly label: string;
  readonly sessions: readonly SessionToApply[];
  readonly forbidden?: string | undefined;
}) {
  const [isAsked, setIsAsked] = useState(false);
  // The outcome stays until the user has read it, also when no session is left.
  return (
    <>
      {sessions.length > 0 && (
        <>
          <Button className="button" isDisabled={forbidden !== undefined} onPress={() => setIsAsked(true)}>
            {label}
          </Button>
          {forbidden !== undefined && <span className="quiet small"> {forbidden}</span>}
        </>
      )}
      {isAsked && (
        <Suspense fallback={null}>
          <ApplyDialog sessions={sessions} onClose={() => setIsAsked(false)} />
        </Suspense>
      )}
    </>
  );
}
