import { auditEntrySchema } from '@holdfast/shared/contracts/audit-entry.ts';
import { type DeviceHealthChange, parseHealthChange } from '@holdfast/shared/contracts/health-change.ts';
import type {
  ConfigurationChange,
  DeviceChange,
  SessionChange,
} from '@holdfast/shared/contracts/http/changes-http.ts';
import type { Words } from '@holdfast/texts/text.ts';
import type { ChangeSource } from '../ports.ts';
import type { Change } from './change-log.ts';

/** Whether a session is at one of these sites, or a device of it. */
export type IsSessionAt = (sessionId: string, sites: readonly string[], device?: string) => Promise<boolean>;

const configured = ['site', 'device', 'point', 'task'] as const;

/** A message of one of the streams as a change, or undefined for what changes nothing that is shown. */
export function readChange(
  place: { readonly source: ChangeSource; readonly sequence: number },
  { data: text, subject }: { readonly data: string; readonly subject: string },
  isAt: IsSessionAt,
): Change | undefined {
  switch (place.source) {
    case 's':
      return sessionChange(place, parsed(text), isAt);
    case 'h':
      return deviceChange(place, parseHealthChange(text, subject), isAt);
    case 'a':
      return configurationChange(place, parsed(text));
    default:
      return place.source satisfies never;
  }
}

/** Reads only the envelope: even a type of event that this release does not know changes a session. */
function sessionChange(
  place: NonNullable<Change['place']>,
  json: unknown,
  isAt: IsSessionAt,
): Change | undefined {
  const { type, subject, time, data } = (json ?? {}) as Record<string, unknown>;
  if (typeof type !== 'string' || typeof subject !== 'string') return undefined;
  const { task_id, collector_id } = (data ?? {}) as Record<string, unknown>;
  const view: SessionChange = {
    session_id: subject,
    task_id: Number(task_id ?? subject.split('-')[0]),
    type,
    sequence: place.sequence,
    time: typeof time === 'string' ? time : '',
    collector_id: typeof collector_id === 'string' ? collector_id : null,
  };
  if (!Number.isSafeInteger(view.task_id)) return undefined;
  const at = async (sites: readonly string[]) => ((await isAt(subject, sites)) ? view : undefined);
  return { place, event: 'session', data: view, at };
}

/** A change of a device before its detail is put into the language of a client. */
type UnspokenDeviceChange = Omit<DeviceChange, 'detail'> & { readonly detail: Words };

function deviceChange(
  place: NonNullable<Change['place']>,
  change: DeviceHealthChange | undefined,
  isAt: IsSessionAt,
): Change | undefined {
  if (!change) return undefined;
  const { session, device, collector, from, to, detail, time } = change;
  const view: UnspokenDeviceChange = {
    ...{ session_id: session, device, collector_id: collector },
    ...{ from, to, detail, time },
  };
  const at = async (sites: readonly string[]) => ((await isAt(session, sites, device)) ? view : undefined);
  return { place, event: 'device', data: view, at };
}

function configurationChange(place: NonNullable<Change['place']>, json: unknown): Change | undefined {
  const { success, data } = auditEntrySchema.safeParse(json);
  if (!success || data.outcome !== 'done') return undefined;
  const kind = configured.find((each) => data.action.startsWith(`${each}.`));
  // Reading or writing a device changes nothing that is configured.
  if (!kind || /\.(test|write|plan|read)$/.test(data.action)) return undefined;
  const { action, target, time } = data;
  const view: ConfigurationChange = { kind, action, target, time };
  return { place, event: 'configuration', data: view, at: async () => ({ ...view, target: null }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
