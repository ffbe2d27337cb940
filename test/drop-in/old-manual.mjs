import { readFileSync } from 'node:fs';

/**
 * The blocks of old-manual.md, in its order, for an installation.
 *
 * @param {object} here
 * @param {string} here.url of the API
 * @param {string | number} here.session
 * @param {string | number} here.device
 * @param {string} here.log
 */
export function oldManual({ url, session, device, log }) {
  const text = readFileSync(new URL('old-manual.md', import.meta.url), 'utf8');
  const [listActive, showStatus, showDevice, stopAll, countActive, restart, followLog] = [
    ...text.matchAll(/```bash\n(.*?)\n```/gs),
  ].map(([, block = '']) =>
    block
      .replaceAll('http://localhost:8000', url)
      // `${session_id}` is the shell's.
      .replaceAll(/(?<!\$)\{session_id\}/g, String(session))
      .replaceAll('{device_id}', String(device))
      .replaceAll('<log>', log),
  );
  return { listActive, showStatus, showDevice, stopAll, countActive, restart, followLog };
}
