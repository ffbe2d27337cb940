// Health check of a container: node deploy/healthcheck.mjs <url>. The image has neither curl nor wget.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const url = new URL(process.argv[2]);
// biome-ignore lint/style/noProcessEnv: a script of the image; the API of this container speaks TLS when it has files
if (process.env.API_TLS_CERT_FILE) url.protocol = 'https:';
const get = url.protocol === 'https:' ? getSecure : getPlain;
// The certificate is made out to the name that others use, so it is not checked; a call to oneself cannot be intercepted.
const request = get(url, { timeout: 4_000, rejectUnauthorized: false }, (answer) => {
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk) => {
    text += chunk;
  });
  answer.on('end', () => {
    // `docker inspect` shows the answer as the check's last line: it names the missing dependency.
    process.stdout.write(`${answer.statusCode} ${text}\n`);
    process.exitCode = answer.statusCode >= 200 && answer.statusCode < 300 ? 0 : 1;
  });
});
request.on('timeout', () => request.destroy(new Error('none within 4 s')));
request.on('error', (error) => {
  process.stdout.write(`no answer from ${url}: ${error.message}\n`);
  process.exitCode = 1;
});
