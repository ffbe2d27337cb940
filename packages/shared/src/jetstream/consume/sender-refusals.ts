import { randomUUID } from 'node:crypto';
import { type AuditEntry, refusedWrite } from '../../contracts/audit-entry.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { News } from '../../runtime/news.ts';
import type { RefusalCause } from './sender-queues.ts';

const newsEveryMs = 60_000;
/** A key that copies of a collector share can write in any name: further senders are counted as one. */
const countedAtMost = 1_000;
const furtherSenders = 'others';

/** Messages of one sender that this process did not act on, as they are counted. */
export interface SenderRefusal {
  readonly sender: string;
  /** Bucket in which the messages are. */
  readonly bucket: string;
  readonly cause: RefusalCause;
}

/** Names the senders whose messages are refused: in the log once a minute for each bucket, in metrics, and to a listener. */
export class SenderRefusals {
  readonly #log: Logger;
  readonly #onNews: (refusal: SenderRefusal) => void;
  readonly #counts = new Map<string, { readonly refusal: SenderRefusal; count: number }>();
  readonly #news = new News(newsEveryMs);

  /** @param onNews called at most once a minute for each sender and bucket */
  constructor(log: Logger, onNews: (refusal: SenderRefusal) => void = () => undefined) {
    this.#log = log;
    this.#onNews = onNews;
  }

  note(refusal: SenderRefusal): void {
    const { bucket, cause } = refusal;
    const isCounted = this.#counts.has(keyOf(refusal)) || this.#counts.size < countedAtMost;
    const sender = isCounted ? refusal.sender : furtherSenders;
    const key = keyOf({ sender, bucket, cause });
    const counted = this.#counts.get(key) ?? { refusal: { sender, bucket, cause }, count: 0 };
    counted.count += 1;
    this.#counts.set(key, counted);
    if (!this.#news.isNew(`${sender} ${bucket}`)) return;
    this.#log.warn(
      { collector: sender, bucket, messages: counted.count },
      cause === 'over_budget'
        ? 'a collector writes more than this service decodes of one collector; what it had overwritten meanwhile was passed over. If its program is not of another release, its key is in wrong hands'
        : 'a collector writes what this service cannot read. If its program is not of another release, its key is in wrong hands',
    );
    this.#onNews({ sender, bucket, cause });
  }

  readonly counts: RefusalCounts = () =>
    [...this.#counts.values()].map(({ refusal, count }) => ({ labels: refusal, value: count }));
}

function keyOf({ sender, bucket, cause }: SenderRefusal): string {
  return `${sender} ${bucket} ${cause}`;
}

/** What the audit log has of a refusal. */
export function refusalEntry({ sender, bucket, cause }: SenderRefusal): AuditEntry {
  return {
    ...{ v: 1, id: randomUUID(), time: new Date().toISOString() },
    ...{ who: `collector ${sender}`, actor: { kind: 'service', id: 'collector', name: sender }, from: '' },
    ...{ action: refusedWrite, target: `bucket ${bucket}`, outcome: 'refused', detail: cause },
    request_id: '',
  };
}

/** Counts for {@link addRefusalMetric}. */
export type RefusalCounts = () => readonly { readonly labels: SenderRefusal; readonly value: number }[];

export function addRefusalMetric(metrics: Metrics, read: RefusalCounts): void {
  metrics.countOf({
    name: 'holdfast_collector_messages_refused_total',
    help: 'Messages of a collector that this process ignored, by bucket and cause: it writes more than is decoded of one collector, or content that cannot be read.',
    labels: { sender: 'any', bucket: 'any', cause: 'any' },
    read: () => read().map(({ labels, value }) => ({ labels: { ...labels }, value })),
  });
}
