import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Context } from '../command.ts';
import { exitCodes, monitorCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import { type DeviceVerdict, type SilentDevice, silentDevices } from './silent-devices.ts';
import { type UndeliveredPoints, undeliveredPoints } from './undelivered-points.ts';

const namedAtMost = 5;
const askAgainMs = 1_000;

export const checkRecovery: Command = {
  words: ['check-recovery'],
  about: 'whether_every_session_that_should_run',
  notes: [
    'prints_one_line_as_nagios',
    'exit_codes_0_ok_1_warning',
    'without_devices_the_verdict',
    'a_session_that_was_started',
  ],
  example: 'check-recovery --devices --wait 30',
  operands: [],
  options: {
    devices: {
      type: 'boolean',
      about: 'also_warn_about_devices_that_do',
    },
    wait: { type: 'string', value: 'SECONDS', about: 'repeat_until_all_is_well' },
    since: {
      type: 'string',
      value: 'TIME',
      about: 'count_only_samples_since_then',
    },
    verbose: { type: 'boolean', about: 'one_more_line_for_each_problem' },
  },
  usageCode: monitorCodes.unknown,
  async run(context, input) {
    const untilMs = performance.now() + (input.integer('wait', 0) ?? 0) * 1_000;
    const options = { withDevices: input.has('devices'), since: input.text('since') };
    let verdict = await judge(context.api, options);
    while (!isAllWell(verdict) && performance.now() < untilMs && !context.stopping.aborted) {
      await sleep(askAgainMs, undefined, { signal: context.stopping }).catch(() => {});
      verdict = await judge(context.api, options);
    }
    tell(context, verdict, input.has('verbose'));
    return verdict.code;
  },
};

/** With `--wait` sessions that start have to be read, too. */
const isAllWell = ({ code, recovery }: Verdict) => code === monitorCodes.ok && recovery?.starting === 0;

interface Verdict {
  readonly code: number;
  readonly line: string;
  readonly details: readonly string[];
  readonly recovery?: RecoveryView;
  readonly devices?: DevicesAndPoints | undefined;
}

type DevicesAndPoints = DeviceVerdict & { readonly undelivered: UndeliveredPoints };

async function judge(
  api: ApiClient,
  { withDevices, since }: { readonly withDevices: boolean; readonly since: string | undefined },
): Promise<Verdict> {
  try {
    const recovery = await api.get<RecoveryView>('/api/acquisition/recovery/', {
      only: 'disagreements',
      limit: 500,
      since,
    });
    const verdict = verdictOn(recovery, undefined);
    if (!withDevices) return verdict;
    try {
      const devices = await silentDevices(api);
      return verdictOn(recovery, { ...devices, undelivered: await undeliveredPoints(api) });
    } catch (error) {
      // A known loss is worse than an unknown state.
      if (verdict.code === monitorCodes.critical) return verdict;
      throw error;
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const [first = '', ...rest] = error.message.split('\n');
    const why =
      error.exitCode === exitCodes.unreachable || error.exitCode === exitCodes.notAllowed
        ? first
        : [first, ...rest].join(' ');
    return {
      code: monitorCodes.unknown,
      line: `HOLDFAST UNKNOWN: ${forMonitor(why)}`,
      details: rest,
    };
  }
}

function verdictOn(recovery: RecoveryView, devices: DevicesAndPoints | undefined): Verdict {
  const { expected, actual, missing, starting, unknown, unexpected, results } = recovery;
  const ofStarting = starting > 0 ? `, starting ${starting}` : '';
  const ofUnknown = unknown > 0 ? `, unknown ${unknown}` : '';
  const counts = `expected ${expected}, actual ${actual}, missing ${missing}${ofStarting}${ofUnknown}`;
  const { silent = [], slow = [] } = devices ?? {};
  const {
    points: undelivered = [],
    count: undeliveredCount = 0,
    unknown: untoldOf = [],
  } = devices?.undelivered ?? {};
  const ofDevices = devices
    ? ` devices=${devices.count} silent=${silent.length} slow=${slow.length} undelivered=${undeliveredCount} undelivered_unknown=${untoldOf.length}`
    : '';
  const figures = `expected=${expected} actual=${actual} missing=${missing} unexpected=${unexpected}${ofDevices}`;
  const disagreeing = results.filter(({ is_actual }) => is_actual);
  const untold = results.filter(({ is_unknown }) => is_unknown);
  const lost = results.filter((each) => !each.is_actual && !each.is_starting && !each.is_unknown);
  const wordsFor = new Map(results.map((item) => [item.session_id, item.disagreements.join('; ')]));
  const whatOf = (id: string, why = '') => forMonitor(why ? `${id} (${why})` : id);
  const damages = recovery.log_damage.map(({ found_by, detail }) =>
    forMonitor(`the session log is damaged (${found_by}): ${detail}`),
  );
  const details = [
    ...damages,
    ...[...recovery.missing_sessions, ...recovery.unknown_sessions].map((id) => whatOf(id, wordsFor.get(id))),
    ...recovery.unexpected_sessions.map(({ session_id, detail }) => whatOf(session_id, detail)),
    ...disagreeing.map(({ session_id }) => whatOf(session_id, wordsFor.get(session_id))),
    ...[...silent, ...slow].map((device) => whatOf(nameOf(device), device.last_error ?? '')),
    ...undelivered.map((point) => whatOf(pointName(point), `${point.cause}, since ${point.since}`)),
  ];
  const devicesInWords = [
    ...Object.entries({ silent, slow }).flatMap(([how, devices]) =>
      devices.length > 0 ? [`${how}: ${firstOf(devices.map(nameOf).map(forMonitor))}`] : [],
    ),
    ...(undeliveredCount > 0
      ? [`never delivered: ${firstOf(undelivered.map(pointName).map(forMonitor), undeliveredCount)}`]
      : []),
    ...(untoldOf.length > 0
      ? [`not known whether every point delivers: ${firstOf(untoldOf.map(forMonitor))}`]
      : []),
  ];
  const line = (word: string, more: string) =>
    `HOLDFAST ${word}: ${counts}${more && `; ${more}`} | ${figures}`;
  if (missing > 0 || damages.length > 0) {
    const codes = new Map(lost.map(({ session_id, task_code }) => [session_id, task_code]));
    const names = recovery.missing_sessions.map((id) => whatOf(id, codes.get(id)));
    return {
      code: monitorCodes.critical,
      line: line(
        'CRITICAL',
        [
          ...damages.slice(0, 1),
          ...(missing > 0 ? [`missing: ${firstOf(names)}`] : []),
          ...devicesInWords,
        ].join('; '),
      ),
      details,
      recovery,
      devices,
    };
  }
  const names = [
    ...recovery.unexpected_sessions.map(({ session_id }) => whatOf(session_id, 'should not run')),
    ...disagreeing.map(({ session_id }) => whatOf(session_id, 'does not fit')),
  ];
  const more = [...(names.length > 0 ? [firstOf(names)] : []), ...devicesInWords].join('; ');
  // Goes before a warning: unknown devices may be worse.
  if (unknown > 0) {
    const codes = new Map(untold.map(({ session_id, task_code }) => [session_id, task_code]));
    const ids = recovery.unknown_sessions.map((id) => whatOf(id, codes.get(id)));
    const why = [...new Set(untold.map(({ storing }) => forMonitor(storing.detail)))];
    const parts = [`not known whether stored: ${firstOf(ids)}`, ...why.slice(0, 1), ...(more ? [more] : [])];
    return {
      code: monitorCodes.unknown,
      line: line('UNKNOWN', parts.join('; ')),
      details,
      recovery,
      devices,
    };
  }
  if (unexpected > 0 || disagreeing.length > 0 || devicesInWords.length > 0) {
    return { code: monitorCodes.warning, line: line('WARNING', more), details, recovery, devices };
  }
  return { code: monitorCodes.ok, line: line('OK', ''), details, recovery, devices };
}

/** Prints one line also where the output is no terminal, because monitors read that. JSON only on request. */
function tell({ print }: Context, { line, details, recovery, devices }: Verdict, isVerbose: boolean): void {
  if (print.isJsonAsked) {
    print.json(recovery ? { ...recovery, ...(devices && { devices }) } : { error: line, details });
    return;
  }
  print.line(line);
  if (isVerbose) for (const detail of details) print.line(forMonitor(detail));
}

/** `press/press-1: timeout`, `press/press-2: 12 % lost` */
function nameOf({ task_code, device, status, overrun_share = 0 }: SilentDevice): string {
  const how = status === 'slow' ? `${Number((overrun_share * 100).toPrecision(2))} % lost` : status;
  return `${task_code}/${device}: ${how}`;
}

/** `press/press-1/flow` */
function pointName({ task_code, device, point }: UndeliveredPoints['points'][number]): string {
  return `${task_code}/${device}/${point}`;
}

function firstOf(names: readonly string[], count = names.length): string {
  const more = count - Math.min(namedAtMost, names.length);
  return names.slice(0, namedAtMost).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Replaces `|`, after which monitors expect figures. */
function forMonitor(text: string): string {
  return plainText(text).replaceAll('|', '/');
}
