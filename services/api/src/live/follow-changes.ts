import type { ChangesReset } from '@holdfast/shared/contracts/http/changes-http.ts';
import { isText } from '@holdfast/texts/bounded-text.ts';
import type { GrantedSites } from '../access/granted-sites.ts';
import { localize } from '../problems/localize.ts';
import type { ChangeLog, LoggedChange, Position } from './change-log.ts';
import { positionText } from './change-log.ts';
import type { EventStream } from './event-stream.ts';

/**
 * Sends a client every change after its position, until the client or the log is gone; in the latter case it comes back
 * and the next log has it.
 * @param position where the client is, or undefined if it has seen nothing
 */
export async function followChanges(
  client: EventStream,
  {
    log,
    ended,
    sites,
    position,
  }: {
    readonly log: ChangeLog;
    /** Aborted when the log's streams are no longer followed. */
    readonly ended: AbortSignal;
    readonly sites: GrantedSites;
    readonly position: Position | undefined;
  },
): Promise<void> {
  let next = log.next;
  const now = positionText(log.position);
  const verdict = position ? log.judge(position) : 'kept';
  if (verdict === 'kept') {
    for (const change of position ? log.since(position) : []) {
      if (!(await tell(client, change, sites))) return;
    }
    client.reached(now);
  } else if (!(await reset(client, log, verdict))) return;
  const over = Promise.withResolvers<void>();
  for (const signal of [client.closed, ended]) signal.addEventListener('abort', () => over.resolve());
  while (!client.closed.aborted && !ended.aborted) {
    const news = log.news();
    const changes = log.from(next);
    if (!changes) {
      next = log.next;
      if (!(await reset(client, log, 'gone'))) return;
      continue;
    }
    for (const change of changes) {
      if (!(await tell(client, change, sites))) return;
      next = change.number + 1;
    }
    if (changes.length === 0) await Promise.race([news, over.promise]);
  }
}

async function tell(client: EventStream, change: LoggedChange, sites: GrantedSites): Promise<boolean> {
  const { event, position, place } = change;
  const data = sites === 'everywhere' ? change.data : await change.at(sites);
  const id = place && positionText(position);
  if (data) return client.send({ ...(id !== undefined && { id }), event, data: spoken(data) });
  if (id !== undefined) client.reached(id);
  return !client.closed.aborted;
}

/** Puts what is said to people into the client's language. */
function spoken(data: object): object {
  return 'detail' in data && isText(data.detail) ? { ...data, detail: localize(data.detail) } : data;
}

function reset(client: EventStream, log: ChangeLog, reason: ChangesReset['reason']): Promise<boolean> {
  return client.send({ id: positionText(log.position), event: 'reset', data: { reason } });
}
