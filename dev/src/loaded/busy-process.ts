/** Keeps a core as busy as it may, until the process that started it is gone. */
process.once('disconnect', () => process.exit());

function turn(): void {
  const until = performance.now() + 50;
  while (performance.now() < until);
  setImmediate(turn);
}

turn();
