import type { Learning } from '@holdfast/driver/spec.ts';
import type { MelsecConnection } from '../layout/connection.ts';
import { readLimits } from '../layout/read-limits.ts';

/** Turns refused reads into settings: how much a PLC gives at once. */
export const learning: Learning<MelsecConnection> = {
  limits: ({ max_words, max_bits }) => ({ max_words, max_bits }),
  isWrittenBack: () => false,
  narrowed: (connection, learned) => {
    const { words, bits } = readLimits(connection);
    const { max_words = words, max_bits = bits } = learned as Pick<
      MelsecConnection,
      'max_words' | 'max_bits'
    >;
    if (max_words >= words && max_bits >= bits) return undefined;
    return {
      ...connection,
      ...(max_words < words ? { max_words } : {}),
      ...(max_bits < bits ? { max_bits } : {}),
    };
  },
  // The settings before are not recorded.
  forgotten: () => undefined,
};
