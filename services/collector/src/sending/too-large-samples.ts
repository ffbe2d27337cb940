import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { News } from '@holdfast/shared/runtime/news.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { type TooLarge, tooLargeText } from './too-large-miss.ts';

/**
 * Counts samples that fit into no message. Logs an error once for each device of a session: every tick of it will be
 * too large.
 */
export class TooLargeSamples {
  readonly #log: Logger;
  readonly #news = new News();
  #count = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  count(): number {
    return this.#count;
  }

  note(sample: Sample, size: TooLarge): void {
    this.#count += 1;
    const { session, device } = sample;
    if (!this.#news.isNew(`${session}/${device}`)) return;
    this.#log.error(
      { session, device, bytes: size.bytes, limit_bytes: size.limitBytes },
      inLanguage(tooLargeText(sample, size), 'en'),
    );
  }
}
