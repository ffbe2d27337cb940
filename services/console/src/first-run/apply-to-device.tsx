import { ApplyOffer } from '../apply/apply-offer.tsx';
import { useActiveSessions, useTasks } from './first-run-queries.ts';

/** Offers the present configuration to sessions that read a device by an older one. */
export function ApplyToDevice({ id }: { id: number }) {
  const tasks = useTasks().data ?? [];
  const active = useActiveSessions().data ?? [];
  const reading = new Set(tasks.filter(({ device_ids: ids }) => ids.includes(id)).map((task) => task.id));
  const older = active.filter(
    ({ is_newer_configured: isNewer, task_id: task }) => isNewer && reading.has(task),
  );
  return <ApplyOffer sessions={older} />;
}
