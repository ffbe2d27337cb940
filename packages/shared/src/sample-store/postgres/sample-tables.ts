import type { Generated } from 'kysely';

/** Schema of its own: the API's tables, which live in the same database, have other owners and migrations. */
export const sampleSchemaName = 'samples';

export interface SampleTables {
  sample_value: SampleValueTable;
  sample_miss: SampleMissTable;
  session_epoch: { session_id: string; epoch: string };
}

interface TickColumns {
  session_id: string;
  task_id: string;
  device_code: string;
  site_code: string;
  time: Date;
  /** bigint, which the driver hands over as text. */
  tick: string;
  epoch: string;
}

/** Exactly one of the three values is set. */
interface SampleValueTable extends TickColumns {
  point_code: string;
  value_double: number | null;
  value_bool: boolean | null;
  value_text: string | null;
}

interface SampleMissTable extends TickColumns {
  cause: string;
  detail: string;
  recorded_at: Generated<Date>;
}
