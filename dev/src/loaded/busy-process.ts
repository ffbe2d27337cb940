/** Takes all of a core that it is given, until the process that started it is gone. */
process.once('disconnect', () => process.exit());

function turn(): void {
  const until = performance.now() + 50;
  while (performance.now() < until);
  setImmediate(turn);
}

turn();
