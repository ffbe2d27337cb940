import type { PointConfig, RegisterTable } from '@holdfast/shared/contracts/task-config.ts';
import type { ReadCut, ReadLimits } from '@holdfast/shared/domain/reading/plan-reads.ts';
import { isBitTable, pointWidth } from '@holdfast/shared/domain/register/point-layout.ts';

/** Pauses between two looks at a refused point: they double. */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

interface Refused {
  readonly point: PointConfig;
  /** "exception 2: illegal data address" */
  readonly answer: string;
  readonly pauseMs: number;
  readonly nextProbeMs: number;
}

/**
 * What a device has taught by refusing requests, for the life of its poller: points that it does not have, places over
 * which it cannot be read, and that it takes less at once than its configuration says.
 */
export class LearnedLimits {
  readonly #refused = new Map<string, Refused>();
  readonly #cuts: ReadCut[] = [];
  #maxRegisters = Number.POSITIVE_INFINITY;
  #maxBits = Number.POSITIVE_INFINITY;
  #version = 0;

  /** Rises whenever plans must be made anew. */
  get version(): number {
    return this.#version;
  }

  isRefused(code: string): boolean {
    return this.#refused.has(code);
  }

  refusedCount(): number {
    return this.#refused.size;
  }

  /** A request for this point alone was refused. */
  refuse(point: PointConfig, answer: string, nowMs: number): void {
    const known = this.#refused.get(point.code);
    const pauseMs = known ? Math.min(known.pauseMs * 2, longestPauseMs) : firstPauseMs;
    this.#refused.set(point.code, { point, answer, pauseMs, nextProbeMs: nowMs + pauseMs });
    if (!known) this.#version += 1;
  }

  /** It was read after all. */
  accept(code: string): void {
    if (this.#refused.delete(code)) this.#version += 1;
  }

  /** The device had refused everything, and does not do so any more: nothing that it said then counts. */
  acceptAll(): void {
    if (this.#refused.size === 0) return;
    this.#refused.clear();
    this.#version += 1;
  }

  /** Both sides of this address can be read, but not in one request. */
  cut(cut: ReadCut): void {
    this.#cuts.push(cut);
    this.#version += 1;
  }

  /** So many registers or bits it takes at once, more it has refused. */
  limit(table: RegisterTable, quantity: number): void {
    if (isBitTable(table)) this.#maxBits = Math.min(this.#maxBits, quantity);
    else this.#maxRegisters = Math.min(this.#maxRegisters, quantity);
    this.#version += 1;
  }

  limits(configured: ReadLimits): ReadLimits {
    return {
      ...configured,
      maxRegisters: Math.min(configured.maxRegisters, this.#maxRegisters),
      maxBits: Math.min(configured.maxBits, this.#maxBits),
    };
  }

  /** Refused points are holes that may not be gone over, too. */
  cuts(): ReadCut[] {
    const around = [...this.#refused.values()].flatMap(({ point }) =>
      Array.from({ length: pointWidth(point) }, (_, index) => ({
        table: point.table,
        address: point.address + index,
      })),
    );
    return [...this.#cuts, ...around];
  }

  answerTo(code: string): string {
    return this.#refused.get(code)?.answer ?? '';
  }

  /** Whether it is time to look whether the point can be read by now. */
  isProbeDue(code: string, nowMs: number): boolean {
    const refused = this.#refused.get(code);
    return refused !== undefined && refused.nextProbeMs <= nowMs;
  }

  /** One line for each thing learned, for people. */
  describe(most: number): string[] {
    const lines: string[] = [];
    if (this.#maxRegisters < Number.POSITIVE_INFINITY) {
      lines.push(`max_registers ${this.#maxRegisters}: it refuses to read more at once`);
    }
    if (this.#maxBits < Number.POSITIVE_INFINITY) {
      lines.push(`max_bits ${this.#maxBits}: it refuses to read more at once`);
    }
    for (const { table, address } of this.#cuts) {
      lines.push(`${table} ${address}: cannot be read together with what lies before it`);
    }
    for (const { point, answer } of this.#refused.values()) {
      lines.push(`${point.code} (${point.table} ${point.address}): ${answer}`);
    }
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), `and ${lines.length - most + 1} more`];
  }
}
