// Health check of a container: node deploy/healthcheck.mjs <url>. The image has neither curl nor wget.
const [url] = process.argv.slice(2);
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  // What it says becomes the last line that `docker inspect` shows of the check: it names the missing dependency.
  process.stdout.write(`${answer.status} ${await answer.text()}\n`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`no answer from ${url}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
