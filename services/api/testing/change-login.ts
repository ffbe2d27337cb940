import type { Login } from '@holdfast/shared/contracts/login.ts';
import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';

/** Changes the record of a login directly in LOGINS, for instance to make it old. */
export async function changeLogin(nats: string, loginId: string, change: Partial<Login>): Promise<void> {
  const { nc, close } = await connectNats({ url: nats, name: 'test', log: createLogger('test', 'silent') });
  try {
    const book = await LoginBook.open(nc);
    await eventually(
      async () => {
        const entry = (await book.readAll()).find(({ record }) => record.id === loginId);
        if (!entry) throw new Error(`there is no login ${loginId}`);
        // The API may be recording the login's use at this moment.
        return book.replace({ ...entry, record: { ...entry.record, ...change } });
      },
      { what: 'the login to be changed' },
    );
  } finally {
    await close();
  }
}

/** The change to a login whose person last authenticated more than five minutes ago. */
export const notFresh = (): Partial<Login> => ({
  authenticated_at: new Date(Date.now() - 301_000).toISOString(),
});
