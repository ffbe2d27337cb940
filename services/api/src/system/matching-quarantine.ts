import { parsePublishedSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { Quarantined, QuarantineStore } from '../ports.ts';

export interface QuarantineFilter {
  /** Name of the stream that messages came from. */
  readonly stream?: string | undefined;
  /** Part of the reason, ignoring case. */
  readonly reason?: string | undefined;
  /** Collector that published the message. */
  readonly collector?: string | undefined;
  /** The session that the message says it belongs to. */
  readonly session?: string | undefined;
  /** Whether its epoch is one that the log lost. */
  readonly lost_epoch?: boolean | undefined;
  /** Last place in QUARANTINE that is looked at. */
  readonly up_to?: number | undefined;
}

const messagesTogether = 200;

/** Matching messages after a place in QUARANTINE, oldest first. @throws BrokerUnavailable */
export async function* matchingQuarantine(
  quarantine: Pick<QuarantineStore, 'list'>,
  filter: QuarantineFilter,
  after: number,
): AsyncGenerator<Quarantined> {
  const { stream, up_to: upTo = Number.MAX_SAFE_INTEGER } = filter;
  for (let position = after; ; ) {
    const page = await quarantine.list({ after: position, limit: messagesTogether, stream });
    for (const item of page) {
      if (item.sequence > upTo) return;
      if (isWanted(item, filter)) yield item;
    }
    if (page.length < messagesTogether) return;
    position = page.at(-1)?.sequence ?? position;
  }
}

function isWanted({ message }: Quarantined, filter: QuarantineFilter): boolean {
  const { reason, collector, session, lost_epoch: isLost } = filter;
  if (reason !== undefined && !message?.reason.toLowerCase().includes(reason.toLowerCase())) return false;
  if (isLost !== undefined && (message?.lost_epoch !== undefined) !== isLost) return false;
  if (collector !== undefined && sourceOf(message) !== collector) return false;
  return session === undefined || sessionIn(message?.body ?? '') === session;
}

const sourceOf = (message: Quarantined['message']) => parsePublishedSubject(message?.subject ?? '')?.source;

function sessionIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { session?: unknown } | null)?.session;
  } catch {
    return undefined;
  }
}

/**
 * The matching messages that there are now, up to a limit. Those that come in while these are worked on are not among
 * them.
 */
export async function takeMatching(
  quarantine: Pick<QuarantineStore, 'list'>,
  filter: QuarantineFilter,
  { after, limit }: { after: number; limit: number },
): Promise<Quarantined[]> {
  const items: Quarantined[] = [];
  if (limit === 0) return items;
  for await (const item of matchingQuarantine(quarantine, filter, after)) {
    items.push(item);
    if (items.length === limit) break;
  }
  return items;
}
