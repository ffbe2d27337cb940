import type { Quarantined, QuarantineStore } from '../ports.ts';

export interface QuarantineFilter {
  /** Name of the stream that messages came from. */
  readonly stream?: string | undefined;
  /** Part of the reason, in whatever case. */
  readonly reason?: string | undefined;
}

const messagesTogether = 200;

/** Oldest first, those after a place in QUARANTINE. @throws BrokerUnavailable */
export async function* matchingQuarantine(
  quarantine: Pick<QuarantineStore, 'list'>,
  { stream, reason }: QuarantineFilter,
  after: number,
): AsyncGenerator<Quarantined> {
  const wanted = reason?.toLowerCase();
  for (let position = after; ; ) {
    const page = await quarantine.list({ after: position, limit: messagesTogether, stream });
    for (const item of page) {
      if (wanted === undefined || item.message?.reason.toLowerCase().includes(wanted)) yield item;
    }
    if (page.length < messagesTogether) return;
    position = page.at(-1)?.sequence ?? position;
  }
}

/** As many of them as there are now, up to a limit. What comes in while somebody works on these is not among them. */
export async function takeMatching(
  quarantine: Pick<QuarantineStore, 'list'>,
  filter: QuarantineFilter,
  { after, limit }: { after: number; limit: number },
): Promise<Quarantined[]> {
  const found: Quarantined[] = [];
  if (limit === 0) return found;
  for await (const item of matchingQuarantine(quarantine, filter, after)) {
    found.push(item);
    if (found.length === limit) break;
  }
  return found;
}
