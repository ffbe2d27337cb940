import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { type ConsumerName, type ConsumerUse, isMarked } from '../../permissions/consumer-use.ts';
import { RecentlyUsed } from '../../runtime/recently-used.ts';

/** Most consumers that an account has from this process at a time: making one more ends its oldest. */
const mostAtOnce = 100;
const remembered = 1_000;

/** Knows which account has which consumer, as the broker records it. */
export class ConsumersOfAccounts {
  readonly #jsm: () => Promise<JetStreamManager>;
  readonly #own = new RecentlyUsed<string, true>(remembered);
  readonly #byAccount = new Map<string, ConsumerName[]>();

  constructor(jsm: () => Promise<JetStreamManager>) {
    this.#jsm = jsm;
  }

  /**
   * Names are not given twice: the account's own consumer name never becomes another's.
   * @throws when the broker cannot be asked
   */
  async isOwn({ account, consumer }: ConsumerUse): Promise<boolean> {
    const key = keyOf(account, consumer);
    if (this.#own.get(key)) return true;
    try {
      const { config } = await (await this.#jsm()).consumers.info(consumer.stream, consumer.name);
      if (!isMarked(config.metadata, account)) return false;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
        return false;
      throw error;
    }
    this.#own.set(key, true);
    return true;
  }

  /** @returns the consumer that has to go in exchange, if any */
  add(account: string, consumer: ConsumerName): ConsumerName | undefined {
    this.#own.set(keyOf(account, consumer), true);
    this.ended(account, consumer);
    const consumers = this.#byAccount.get(account) ?? [];
    this.#byAccount.set(account, consumers);
    consumers.push(consumer);
    return consumers.length > mostAtOnce ? consumers.shift() : undefined;
  }

  ended(account: string, { stream, name }: ConsumerName): void {
    const consumers = this.#byAccount.get(account);
    const at = consumers?.findIndex((each) => each.stream === stream && each.name === name) ?? -1;
    if (at >= 0) consumers?.splice(at, 1);
  }
}

const keyOf = (account: string, { stream, name }: ConsumerName) => `${account} ${stream} ${name}`;
