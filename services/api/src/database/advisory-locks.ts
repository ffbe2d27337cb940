/** Keys of PostgreSQL advisory locks, which are global to a database: "hold" in ASCII and a number of our own. */
export const advisoryLocks = {
  migration: 0x686f6c64_01,
  projector: 0x686f6c64_02,
  cleanup: 0x686f6c64_03,
  /** The first of two keys; the second is a hash. */
  endpoint: 0x686f6c64,
} as const;
