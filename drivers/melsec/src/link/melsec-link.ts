import type { BlockGroup } from '@holdfast/driver/blocks/block-group.ts';
import { Exchange } from '@holdfast/driver/exchange.ts';
import type { Hear, Link, LinkHost } from '@holdfast/driver/link.ts';
import type { Answer, Command, Group } from '@holdfast/driver/requests.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import type { McRequest } from '../layout/requests.ts';
import type { Framing } from './framing.ts';
import { framing1e } from './framing-1e.ts';
import { framing3e } from './framing-3e.ts';

/** Enough for 960 words in ASCII and the head of a frame 4E. */
const longestAnswer = 4_096;

/**
 * MC protocol over TCP. Frames 1E and 3E do not say which request they answer, so `Exchange` closes the connection after every
 * timeout, so that a late answer can no longer arrive.
 */
export class MelsecLink implements Link {
  readonly #exchange: Exchange;
  readonly #framing: Framing;

  constructor({ host, port, frame, data_code }: MelsecConnection, surroundings: LinkHost) {
    this.#exchange = new Exchange({ host, port }, surroundings, longestAnswer);
    const code = data_code === 'binary' ? 'binary' : 'ascii';
    const isOctal = data_code === 'ascii_xy_octal';
    this.#framing = frame === '1E' ? framing1e(code) : framing3e(frame, code, isOctal);
  }

  async read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer> {
    const block = group as BlockGroup;
    const cells = await this.#ask(block.request as McRequest, timeoutMs, hear);
    return { decode: (sink) => block.decode(cells, sink), raw: (at) => block.rawOf(at, cells) };
  }

  async write(command: Command, timeoutMs: number): Promise<void> {
    await this.#ask((command as Command & { readonly request: McRequest }).request, timeoutMs);
  }

  disconnect(): void {
    this.#exchange.disconnect();
  }

  #ask(request: McRequest, timeoutMs: number, hear?: Hear): Promise<Uint16Array> {
    return this.#exchange.ask(() => this.#framing(request, timeoutMs), timeoutMs, hear);
  }
}
