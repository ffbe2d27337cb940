import { JetStreamApiError } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import { type CommandRecord, commandRecordSchema } from '../../contracts/command-record.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { storeFailed, wrongLastSequence } from '../connection/error-codes.ts';

/** The bucket has no room for one more key, and waiting up to a day is the only thing that helps. */
export class CommandKeysFull extends Error {
  override readonly name = 'CommandKeysFull';
}

/** The bucket COMMAND_KEYS, which forgets a key a day after its last change. */
export class CommandKeyBook {
  readonly #kv: KV;

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  static async open(nc: NatsConnection): Promise<CommandKeyBook> {
    return new CommandKeyBook(await new Kvm(nc).open(bucketNames.commandKeys));
  }

  /** Undefined when the record was stored, else the one that was there before. @throws CommandKeysFull */
  async claim(key: string, record: CommandRecord): Promise<CommandRecord | undefined> {
    for (;;) {
      try {
        await this.#kv.create(key, JSON.stringify(record));
        return undefined;
      } catch (error) {
        if (!(error instanceof JetStreamApiError)) throw error;
        if (error.code === storeFailed) throw new CommandKeysFull(error.message, { cause: error });
        if (!wrongLastSequence.includes(error.code)) throw error;
      }
      const entry = await this.#kv.get(key);
      // If the key was given up between the two questions, it is free again.
      if (entry?.operation === 'PUT') return commandRecordSchema.parse(entry.json());
    }
  }

  async put(key: string, record: CommandRecord): Promise<void> {
    await this.#kv.put(key, JSON.stringify(record));
  }

  async delete(key: string): Promise<void> {
    await this.#kv.delete(key);
  }
}
