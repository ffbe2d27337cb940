import { InvalidMeasurement } from '../benchmark.ts';
import { distributionOf } from '../fleet/distribution.ts';
import type { MeasuredApi } from './measured-api.ts';

const password = 'a long one for the bench';

/**
 * How long a live stream at one process goes on after a request was sent to another to end its login.
 * @returns figures in ms
 */
export async function revocationTimes(
  measured: MeasuredApi,
  { rounds, progress }: { readonly rounds: number; readonly progress: (line: string) => void },
): Promise<Record<string, number>> {
  const other = await measured.another();
  const { password_link } = await measured.create('/api/system/users/', { login: 'bo', role: 'viewer' });
  await posted(measured.url, '/api/login/link/', { link: password_link?.link, password });
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const opened = await posted(measured.url, '/api/login/', { login: 'bo', password });
    const cookie = opened.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const { current_login } = (await opened.json()) as { current_login: { id: string } };
    const stream = await fetch(`${other}/api/acquisition/live`, { headers: { cookie } });
    if (!stream.ok) throw new InvalidMeasurement(`no live stream: ${stream.status} ${await stream.text()}`);
    const beganMs = performance.now();
    const streamEnd = stream.text().then(() => tookMs.push(performance.now() - beganMs));
    const path = `${measured.url}/api/system/users/bo/logins/${current_login.id}/`;
    const answer = await fetch(path, { method: 'DELETE', headers: { ...measured.headers } });
    if (!answer.ok) throw new InvalidMeasurement(`the login was not ended: ${answer.status}`);
    await streamEnd;
  }
  const { p50, max } = distributionOf(tookMs);
  progress(`a live stream at another process ends ${p50} ms after the end of its login, ${max} ms at most`);
  return {
    revocations: rounds,
    stream_end_after_revocation_p50_ms: p50,
    stream_end_after_revocation_max_ms: max,
  };
}

async function posted(url: string, path: string, body: object): Promise<Response> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new InvalidMeasurement(`${path}: ${response.status} ${await response.text()}`);
  return response;
}
