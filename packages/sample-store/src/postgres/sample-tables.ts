/** Schema of its own: the API's tables, which live in the same database, have other owners and migrations. */
export const sampleSchemaName = 'samples';

/** Tables that are split by day. */
export const dailyTables = ['sample_value', 'sample_miss'] as const;
