import type { Learning } from '@holdfast/driver/spec.ts';
import { connectionSchema, type ModbusConnection } from '../layout/connection.ts';
import { narrowedLimits } from '../plan/narrowed-limits.ts';
import type { ToldLimits } from '../plan/told-limits.ts';

/** Turns refused requests into settings: how much is read at once, and ranges that are never read. */
export const learning: Learning<ModbusConnection> = {
  limits: limitsOf,
  isWrittenBack: ({ profile }) => profile?.write_back ?? false,
  narrowed: (connection, learned, withUnconfirmed) => {
    const { excluded, ...largest } = learned as ToldLimits;
    const narrowed = narrowedLimits(limitsOf(connection), {
      ...largest,
      excluded: excluded.filter((range) => withUnconfirmed || range.is_confirmed),
    });
    return narrowed && withLimits(connection, narrowed);
  },
  // Ranges of engineers stay. `max_registers` and `max_bits` stay too, because their values before are not recorded.
  forgotten: (connection) => {
    const { excluded, ...largest } = limitsOf(connection);
    const left = excluded.filter(({ learned }) => !learned);
    if (left.length === excluded.length) return undefined;
    return withLimits(connection, { ...largest, excluded: left });
  },
};

type Limits = Parameters<typeof narrowedLimits>[0];

function limitsOf({ max_registers, max_bits, profile }: ModbusConnection): Limits {
  return { max_registers, max_bits, excluded: profile?.excluded ?? [] };
}

function withLimits(connection: ModbusConnection, { excluded, ...largest }: Limits): ModbusConnection {
  const quirks = connection.profile ?? connectionSchema.shape.profile.unwrap().parse({});
  return { ...connection, ...largest, profile: { ...quirks, excluded: [...excluded] } };
}
