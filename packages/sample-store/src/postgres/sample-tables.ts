/** A schema of its own: the API's tables, which are in the same database, have another owner and other migrations. */
export const sampleSchemaName = 'samples';

/** The tables that are split by day. */
export const dailyTables = ['sample_value', 'sample_miss'] as const;
