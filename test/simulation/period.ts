/** Of every task in the simulation. */
export const periodMs = 500;
