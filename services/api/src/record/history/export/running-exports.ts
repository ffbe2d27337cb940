import type { ExportProgress } from '@holdfast/shared/contracts/http/value-export-http.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { spokenLanguage } from '../../../problems/localize.ts';
import { Problem } from '../../../problems/problem.ts';
import { historyText } from '../texts.ts';

/** Exports that run at once: of one caller, and of all. Each asks the database without a pause. */
const ofCallerAtMost = 3;
const atMost = 6;
const retryAfterSeconds = 30;
/** How long the outcome of an export can be read, and of how many. */
const keptMs = 600_000;
const keptAtMost = 1_000;

/** An export while it runs. */
export interface RunningExport {
  /** Notes lines that were made, and the share of the whole that is read by then, from 0 to 1. */
  wrote(rows: number, share: number): void;
  sent(bytes: number): void;
  /** Ends it, which makes room for another; only the first end counts. @param error why it failed, if it did */
  end(error?: unknown): void;
  /** Ends it because its caller has left or cancelled it. */
  leave(): void;
}

interface Entry {
  readonly owner: string;
  readonly cancel: () => void;
  endedAtMs: number | undefined;
  progress: ExportProgress;
}

/** Lets few exports run at once in this process, and says how far each is to the caller who started it. */
export class RunningExports {
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /**
   * @param id by which the caller follows it
   * @param cancel breaks its answer off
   * @throws Problem when there is no room
   */
  begin({
    owner,
    id,
    cancel,
  }: {
    readonly owner: string;
    readonly id: string;
    readonly cancel: () => void;
  }): RunningExport {
    this.#forget();
    const running = [...this.#entries.values()].filter(({ endedAtMs }) => endedAtMs === undefined);
    const language = spokenLanguage();
    const entry: Entry = {
      ...{ owner, cancel, endedAtMs: undefined },
      progress: { export_id: id, state: 'running', share: 0, rows: 0, bytes: 0, detail: null },
    };
    this.#entries.set(`${owner} ${id}`, entry);
    const note = (changes: Partial<ExportProgress>) => {
      entry.progress = { ...entry.progress, ...changes };
    };
    const endAs = (outcome: Partial<ExportProgress>) => {
      if (entry.endedAtMs !== undefined) return;
      entry.endedAtMs = this.#nowMs();
      note(outcome);
    };
    const end = (error?: unknown) => {
      const detail = error instanceof Problem ? error.detail : historyText('export_broke_off');
      endAs(
        error === undefined
          ? { state: 'done', share: 1 }
          : { state: 'failed', detail: inLanguage(detail, language) },
      );
    };
    const refusal = refusalOf(running, owner);
    if (refusal) {
      end(refusal);
      throw refusal;
    }
    return {
      wrote: (rows, share) => note({ rows: entry.progress.rows + rows, share: Math.min(1, share) }),
      sent: (bytes) => note({ bytes: entry.progress.bytes + bytes }),
      end,
      leave: () => endAs({ state: 'cancelled' }),
    };
  }

  /** @throws Problem for an export that this caller did not start here */
  progressOf(owner: string, id: string): ExportProgress {
    return this.#entry(owner, id).progress;
  }

  /** Breaks an export off; one that has ended stays as it is. @throws Problem as `progressOf` does */
  cancel(owner: string, id: string): void {
    const { endedAtMs, cancel } = this.#entry(owner, id);
    if (endedAtMs === undefined) cancel();
  }

  #entry(owner: string, id: string): Entry {
    this.#forget();
    const entry = this.#entries.get(`${owner} ${id}`);
    if (!entry) throw new Problem('export_not_found', historyText('export_unknown', { id }));
    return entry;
  }

  #forget(): void {
    const endedBefore = this.#nowMs() - keptMs;
    for (const [key, { endedAtMs }] of this.#entries) {
      if (endedAtMs === undefined) continue;
      if (endedAtMs < endedBefore || this.#entries.size > keptAtMost) this.#entries.delete(key);
    }
  }
}

function refusalOf(running: readonly Entry[], owner: string): Problem | undefined {
  const tooMany = (detail: Problem['detail']) =>
    new Problem('too_many_requests', detail, {}, { retryAfterSeconds });
  if (running.filter((each) => each.owner === owner).length >= ofCallerAtMost)
    return tooMany(historyText('exports_of_caller', { most: ofCallerAtMost }));
  return running.length >= atMost
    ? tooMany(historyText('exports_running', { most: atMost, retryAfterSeconds }))
    : undefined;
}
