import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { WatchedPoint } from './demo-session.ts';

export interface WhatNextFacts {
  readonly apiUrl: string;
  /** The file from which the NATS tool knows where NATS is, and as which user to connect. */
  readonly natsContextFile: string;
  readonly simulatorUrl: string;
  /** The key to call with, or undefined if this machine needs none. */
  readonly keyFile: string | undefined;
  /** Undefined when there is no demo session. */
  readonly demo: { readonly session: SessionView; readonly point: WatchedPoint } | undefined;
  /** The collector that holds the demo session, and its process. */
  readonly holder: { readonly name: string; readonly pid: number } | undefined;
}

/** A point of the demo that may be written. */
const demoSetpoint = 'chiller-1/supply_setpoint';

/** The next steps for the reader, as commands that can be pasted. */
export function whatNext(facts: WhatNextFacts): string[] {
  const { apiUrl, natsContextFile, simulatorUrl, keyFile, demo, holder } = facts;
  const sessions = `${apiUrl}/api/acquisition/sessions`;
  // `holdfast` looks for the API there by itself.
  const holdfast =
    apiUrl === 'http://127.0.0.1:8000' ? 'npx holdfast' : `HOLDFAST_URL=${apiUrl} npx holdfast`;
  const lines = ['', `Holdfast runs at ${apiUrl}`, ''];
  if (keyFile !== undefined) {
    lines.push('  Calls need a key', `    export HOLDFAST_API_KEY_FILE=${keyFile}`);
  }
  const curl = keyFile === undefined ? 'curl -s' : `curl -s -H "Authorization: Bearer $(cat ${keyFile})"`;
  lines.push('  Look at it');
  if (demo === undefined) {
    lines.push(`    ${holdfast} sessions list`, `    ${curl} ${sessions}/`);
  } else {
    const { session, point } = demo;
    lines.push(
      `    ${holdfast} sessions show ${session.id}`,
      `    ${holdfast} sessions watch ${session.id} --count 5`,
      `    ${holdfast} check-recovery --devices`,
      '  Write a setpoint, which is read back',
      `    ${holdfast} points write ${demoSetpoint} 7.5 --reason 'trying it out'`,
      '  The same over REST',
      `    ${curl} ${sessions}/`,
      `    ${curl} ${sessions}/${session.id}/status/`,
      `    ${curl} '${sessions}/point-history/?device=${point.device}&point_code=${point.pointCode}&start_time=-1m'`,
    );
  }
  lines.push(
    '',
    '  Look into NATS (with its command line tool, https://github.com/nats-io/natscli)',
    `    export NATS_CONTEXT=${natsContextFile}`,
    '    nats stream view SESSIONS',
    '    nats consumer report ASSIGNMENTS',
    "    nats sub --new 'samples.>'",
  );
  if (demo !== undefined && holder !== undefined) {
    lines.push(
      '',
      // Explanations are above commands, not after them: an interactive zsh would take them for arguments.
      `  Break it: ask ${holder.name}, which polls the demo session, to end; another one goes on, the epoch rises`,
      `    kill -TERM ${holder.pid}`,
      `    ${curl} ${sessions}/${demo.session.id}/events/`,
      '  or crash it with kill -9: it is started again, proves its former life dead and polls on within seconds',
      '  or let a device fall silent, and speak again',
      `    curl -s -X PUT ${simulatorUrl}/devices/${demo.point.device}/fault -d '{"kind":"silence"}'`,
      `    curl -s -X DELETE ${simulatorUrl}/devices/${demo.point.device}/fault`,
    );
  }
  lines.push(
    '',
    '  Ctrl+C stops everything and no session: the next npm start goes on with them.',
    ...(demo === undefined
      ? []
      : [`  To end the demo session itself: ${curl} -X POST ${sessions}/${demo.session.id}/stop/`]),
    '',
  );
  return lines;
}
