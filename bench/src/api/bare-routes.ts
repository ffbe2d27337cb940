import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

/**
 * A process of its own: Fastify as it comes, with a route for each entry of the JSON file that is named, which answers
 * with the entry's value. It writes its address to standard output.
 */
const [, , file = ''] = process.argv;
const payloads = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

const app = fastify();
for (const [path, payload] of Object.entries(payloads)) {
  app.get(path, async () => payload);
  app.post(path, async () => payload);
}
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
