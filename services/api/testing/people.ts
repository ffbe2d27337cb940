import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { Passwords } from '../src/access/logins/passwords.ts';
import { randomId } from '../src/access/random-id.ts';

export const password = 'press hall 1, night shift';
const hashed = await new Passwords().hash(password);

/** Writes people directly into USERS, all with the same password. */
export async function makePeople(
  nats: string,
  people: Readonly<Record<string, readonly Grant[]>>,
  about: Partial<User> = {},
): Promise<User[]> {
  const { nc, close } = await connectNats({ url: nats, name: 'test', log: createLogger('test', 'silent') });
  try {
    const book = await UserBook.open(nc);
    const at = new Date().toISOString();
    return await Promise.all(
      Object.entries(people).map(async ([login, grants]) => {
        const user: User = {
          ...{ v: 1, id: randomId('u'), login, name: `The ${login}`, language: null, grants: [...grants] },
          ...{ password: hashed, identity: null, disabled: false },
          ...{ created_at: at, created_by: 'test', changed_at: at },
          ...about,
        };
        if ((await book.create(user)) === undefined) throw new Error(`${login} is there already`);
        return user;
      }),
    );
  } finally {
    await close();
  }
}
