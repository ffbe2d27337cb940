import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { ProblemText } from './problem-text.tsx';

/** Shows the answer of a query, or in words why there is nothing: still loading, empty, forbidden, refused or not reached. */
export function QueryAnswer<T>({
  query: { data, error, refetch },
  title,
  isEmpty,
  empty,
  children,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  /** Title of a failure: `Devices cannot be read`. */
  title: string;
  isEmpty?: (data: T) => boolean;
  /** Shown when there is nothing: says what is missing and how to get it. */
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const { t } = usePreferences();
  // Data from before a failure stays on the screen: the banner says that it is old.
  if (data !== undefined) {
    return isEmpty?.(data) ? <div className="empty">{empty}</div> : children(data);
  }
  if (error) return <ProblemText title={title} error={error} again={() => void refetch()} />;
  return (
    <p className="empty quiet" role="status">
      {t('app.loading')}
    </p>
  );
}
