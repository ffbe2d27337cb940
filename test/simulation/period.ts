/** The period of every task in the simulation. */
export const periodMs = 500;
