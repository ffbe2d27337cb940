import { OutdatedSessions } from '../../apply/outdated-sessions.tsx';
import { useSessions } from '../../changes/queries.ts';

/** Offers the present configuration to the running sessions of these tasks, or of all. */
export function ApplyFor({ tasks }: { tasks?: readonly number[] | undefined }) {
  const sessions = useSessions().data?.results ?? [];
  return (
    <OutdatedSessions
      sessions={sessions.filter(({ task_id: id }) => tasks === undefined || tasks.includes(id))}
    />
  );
}
