import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';

/** Rates span this time: holders report every few seconds, and between two reports rare readings would make a rate jump. */
const windowMs = 60_000;
/** A holder that was silent for this long counts as reading nothing. */
const silentMs = 30_000;

interface Mark {
  /** On the holder's clock. */
  readonly atMs: number;
  readonly pointsRead: number;
}

interface Marks {
  readonly holder: string;
  readonly marks: Mark[];
  /** On our clock. */
  readonly heardMs: number;
}

/** Computes how fast sessions are read, from what their holders have counted. */
export class ReadingRates {
  readonly #nowMs: () => number;
  readonly #byTask = new Map<string, Marks>();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  note(
    taskId: string,
    status: Pick<
      SessionLiveStatus,
      'session' | 'epoch' | 'instance' | 'state' | 'updated_at' | 'points_read'
    >,
  ): void {
    const { session, epoch, instance, state, updated_at, points_read: pointsRead } = status;
    // Counters begin again with each epoch and collector process.
    const holder = `${session}/${epoch}/${instance}`;
    const atMs = Date.parse(updated_at);
    if (state !== 'polling') {
      this.#byTask.delete(taskId);
      return;
    }
    const marksOfTask = this.#byTask.get(taskId);
    const marks = marksOfTask?.holder === holder ? marksOfTask.marks : [];
    if (marks.length === 0 || atMs > (marks.at(-1)?.atMs ?? 0)) marks.push({ atMs, pointsRead });
    while (marks.length > 2 && (marks[1]?.atMs ?? 0) <= atMs - windowMs) marks.shift();
    this.#byTask.set(taskId, { holder, marks, heardMs: this.#nowMs() });
  }

  perSecond(taskId: string): number | undefined {
    const marksOfTask = this.#byTask.get(taskId);
    if (!marksOfTask || this.#nowMs() - marksOfTask.heardMs > silentMs) return undefined;
    const [first, last] = [marksOfTask.marks[0], marksOfTask.marks.at(-1)];
    if (!first || !last || last.atMs <= first.atMs) return undefined;
    return ((last.pointsRead - first.pointsRead) * 1_000) / (last.atMs - first.atMs);
  }
}
