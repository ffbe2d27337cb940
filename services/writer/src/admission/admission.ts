import { isBrokerCopy } from '@holdfast/shared/contracts/broker-copy.ts';
import { trustEpochHeader } from '@holdfast/shared/contracts/sample/sample.ts';
import { parsePublishedSubject, sampleSources, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import { RecentlyUsed } from '@holdfast/shared/runtime/recently-used.ts';
import { type EpochBook, isPlacedSo } from '@holdfast/shared/sessions/epoch-book.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { SampleMessage, Snapshots } from '../ports.ts';
import { firstPlace } from './first-place.ts';
import type { SessionVersions } from './session-versions.ts';
import { type SampleOfDevice, SnapshotDevice } from './snapshot-device.ts';

/** The words of a sample about where it comes from. */
export interface Claim extends SampleOfDevice {
  readonly session: string;
  readonly epoch: number;
  readonly collector: string;
  readonly task: string;
  readonly device_id: string;
  /** Left out when it is the version with which the session was placed. */
  readonly config_version?: number | undefined;
}

/** Which session a collector is said to have held under an epoch. */
export type Holding = Pick<Claim, 'epoch' | 'session' | 'task' | 'collector' | 'config_version'>;

export type Verdict =
  /**
   * `isVerified`: the log confirms its epoch; otherwise an engineer vouches for it. `sinceMs`: since when its collector
   * has held the session, in ms since 1970, or 0 if that is not known.
   */
  | { readonly kind: 'admitted'; readonly isVerified: boolean; readonly sinceMs: number }
  /** `isLost`: it may be true, but the log or the snapshot that would confirm it is lost. `lostEpoch`: it is the log. */
  | {
      readonly kind: 'rejected';
      readonly reason: string;
      readonly isLost: boolean;
      readonly lostEpoch?: number;
    };

/** A device as it is read under an epoch. */
interface Place {
  readonly device: SnapshotDevice;
  /** The subject on which its holder publishes. */
  readonly subject: string;
}

interface KnownEpoch {
  readonly session: string;
  readonly task: string;
  readonly collector: string;
  /** The same for all its samples. */
  readonly admitted: Extract<Verdict, { kind: 'admitted' }>;
  /** By id. A text says why there is no snapshot. */
  readonly devices: Devices | string;
  /** When this was found; monotonic. */
  readonly atMs: number;
  /** By device id, for the devices that were requested. */
  readonly places: Map<string, Place>;
}

type Devices = ReadonlyMap<string, SnapshotDevice>;

const vouchedFor: Verdict = { kind: 'admitted', isVerified: false, sinceMs: 0 };
const epochsKept = 100_000;
const snapshotsKept = 20_000;
/** Each snapshot is parsed whole: many at a time would be in memory together. */
const snapshotsAtOnce = 8;
/**
 * How often a missing snapshot is looked for again. It may be written late, or not have reached the server that
 * answers.
 */
const missingAgainMs = 5_000;

export interface AdmissionOptions {
  readonly epochs: EpochBook;
  readonly snapshots: Snapshots;
  readonly versions: Pick<SessionVersions, 'had' | 'forget'>;
  readonly nowMs?: () => number;
}

/**
 * Decides which samples are their holder's. The broker lets each collector publish under its own id only. SESSIONS says
 * which session was given to it under the epoch, and the snapshot says which devices and points that session reads.
 * Each epoch is looked up once, and anything missing again from time to time.
 */
export class Admission {
  readonly #epochs: EpochBook;
  readonly #snapshots: Snapshots;
  readonly #versions: AdmissionOptions['versions'];
  readonly #byEpoch = new RecentlyUsed<number, KnownEpoch>(epochsKept);
  /** By epoch and version, for samples of another version than that of the placement. */
  readonly #changed = new RecentlyUsed<string, KnownEpoch>(epochsKept);
  readonly #devices = new RecentlyUsed<string, Devices>(snapshotsKept);
  readonly #inTurn = fewAtOnce(snapshotsAtOnce);
  readonly #nowMs: () => number;
  #generation = 0;

  constructor({ epochs, snapshots, versions, nowMs = () => performance.now() }: AdmissionOptions) {
    this.#epochs = epochs;
    this.#snapshots = snapshots;
    this.#versions = versions;
    this.#nowMs = nowMs;
  }

  /** Rises when the log may be another one: answers to earlier questions are not kept. */
  get generation(): number {
    return this.#generation;
  }

  /** Undefined when {@link lookUp} is needed first, or the log does not reach its epoch or version yet. */
  judge(message: SampleMessage, claim: Claim): Verdict | undefined {
    if (isBrokerCopy(message.headers)) return forged('it is a copy that the broker was made to put there');
    const first = firstPlace(message);
    const subject = first?.subject ?? message.subject;
    const entry = this.#knownOf(claim);
    const place = entry?.places.get(claim.device_id);
    if (place?.subject !== subject) {
      const stranger = strangerOn(subject, claim);
      if (stranger !== undefined) return forged(stranger);
    }
    if (entry !== undefined) return judgeBy(entry, place, claim);
    const verdict = this.#unplaced(claim);
    // Only for exactly this epoch, and only where the log knows nothing of it.
    const isVouchedFor =
      first !== undefined && message.headers?.get(trustEpochHeader) === String(claim.epoch);
    return isVouchedFor && verdict?.lostEpoch === claim.epoch ? vouchedFor : verdict;
  }

  /**
   * Looks up what {@link judge} lacks. The snapshot is looked up only for the session's holder, so that no collector
   * can have others loaded.
   * @throws when the broker cannot be asked
   */
  async lookUp(holding: Holding): Promise<void> {
    const { epoch, session, task, collector, config_version: version } = holding;
    const generation = this.#generation;
    const logged = await this.#epochs.find(epoch);
    if (logged.kind !== 'placed' || this.#knownOf(holding) || !isPlacedSo(logged, holding)) return;
    const placed = logged.placement.configVersion;
    const isItsVersion =
      version === undefined || version === placed || (await this.#versions.had(task, session, version));
    if (!isItsVersion) return;
    const devices = await this.#inTurn(() => this.#devicesOf(task, version ?? placed));
    if (generation !== this.#generation) return;
    const entry: KnownEpoch = {
      ...{ session, task, collector, devices },
      admitted: { kind: 'admitted', isVerified: true, sinceMs: logged.sinceMs },
      ...{ atMs: this.#nowMs(), places: new Map() },
    };
    if (version === undefined) this.#byEpoch.set(epoch, entry);
    else this.#changed.set(keyOf(epoch, version), entry);
  }

  /** The verdict on a sample for which {@link judge} has had no answer for longer than the log may lag. */
  unborne({ epoch, session, config_version: version }: Holding): Rejected {
    // A restored log may lack the event that made the version.
    return version !== undefined && this.#epochs.cached(epoch)?.kind === 'placed'
      ? lost(`SESSIONS never gave session ${session} version ${version} of its configuration`)
      : forged(`SESSIONS has not come to epoch ${epoch}`);
  }

  /**
   * Whether the log confirms that the session had this epoch, or undefined while the log does not reach so far.
   * @throws when the broker cannot be asked
   */
  async isEpochOf(session: string, epoch: number): Promise<boolean | undefined> {
    const logged = await this.#epochs.find(epoch);
    if (logged.kind === 'ahead') return undefined;
    return logged.kind === 'placed' && logged.placement.sessionId === session;
  }

  /**
   * Names and units of the device's values, if the snapshot of its epoch is known. For everything that the log admits,
   * it is.
   */
  labelsOf(
    claim: Pick<Claim, 'epoch' | 'device_id' | 'config_version'>,
  ): SnapshotDevice['labels'] | undefined {
    const devices = this.#foundOf(claim)?.devices;
    return typeof devices === 'object' ? devices.get(claim.device_id)?.labels : undefined;
  }

  /** Call it when the broker was unavailable: its log may now be another one. */
  forget(): void {
    this.#generation += 1;
    this.#epochs.forget();
    this.#byEpoch.clear();
    this.#changed.clear();
    this.#versions.forget();
    this.#devices.clear();
  }

  #foundOf({ epoch, config_version: version }: Pick<Claim, 'epoch' | 'config_version'>) {
    return version === undefined ? this.#byEpoch.get(epoch) : this.#changed.get(keyOf(epoch, version));
  }

  #knownOf(claim: Pick<Claim, 'epoch' | 'config_version'>): KnownEpoch | undefined {
    const entry = this.#foundOf(claim);
    const isMissing = typeof entry?.devices === 'string';
    return isMissing && this.#nowMs() - entry.atMs >= missingAgainMs ? undefined : entry;
  }

  #unplaced(claim: Holding): Rejected | undefined {
    const { epoch } = claim;
    const logged = this.#epochs.cached(epoch);
    switch (logged?.kind) {
      case 'placed': {
        const { sessionId: session, collectorId: collector } = logged.placement;
        return isPlacedSo(logged, claim) ? undefined : ofAnother({ session, collector }, claim);
      }
      case 'other':
        return forged(`event ${epoch} of SESSIONS gives no session to anybody`);
      case 'lost':
        return {
          kind: 'rejected',
          reason: `SESSIONS has nothing of epoch ${epoch}, perhaps since it was restored: send it again with trust_epoch if it is true`,
          isLost: true,
          lostEpoch: epoch,
        };
      default:
        return undefined;
    }
  }

  async #devicesOf(task: string, configVersion: number): Promise<Devices | string> {
    const key = `${task}/${configVersion}`;
    const cached = this.#devices.get(key);
    if (cached) return cached;
    const generation = this.#generation;
    const loaded = await this.#snapshots.load(task, configVersion);
    if (!loaded.ok) return inLanguage(loaded.problem, 'en');
    const devices = new Map(loaded.config.devices.map((device) => [device.id, new SnapshotDevice(device)]));
    if (generation === this.#generation) this.#devices.set(key, devices);
    return devices;
  }
}

type Rejected = Extract<Verdict, { kind: 'rejected' }>;

const keyOf = (epoch: number, version: number) => `${epoch}/${version}`;

function forged(reason: string): Rejected {
  return { kind: 'rejected', reason, isLost: false };
}

function lost(reason: string): Rejected {
  return { kind: 'rejected', reason, isLost: true };
}

function ofAnother(
  holder: Pick<Holding, 'session' | 'collector'>,
  { epoch, session, collector }: Holding,
): Rejected {
  return forged(
    `epoch ${epoch} is that of session ${holder.session} at ${holder.collector}, not of ${session} at ${collector}`,
  );
}

function judgeBy(entry: KnownEpoch, place: Place | undefined, claim: Claim): Verdict {
  const { session, collector, task, device_id: deviceId } = claim;
  if (session !== entry.session || task !== entry.task || collector !== entry.collector) {
    return ofAnother(entry, claim);
  }
  const { devices, places } = entry;
  if (typeof devices === 'string') return lost(devices);
  const device = place?.device ?? devices.get(deviceId);
  if (!device) return forged(`task ${task} has no device with the id ${deviceId}`);
  if (!place) places.set(deviceId, { device, subject: subjects.sample(collector, task, deviceId) });
  const stranger = device.strangerIn(claim);
  return stranger === undefined ? entry.admitted : forged(stranger);
}

/**
 * Explains in words if another client published the sample in the holder's name, or for another device. Besides the
 * holder, the supervisor may publish about its samples. It says that the stream has dropped them.
 */
function strangerOn(subject: string, { collector, task, device_id }: Claim): string | undefined {
  if (subject === subjects.sample(collector, task, device_id)) return undefined;
  if (subject === subjects.droppedSamples(task)) return undefined;
  const published = parsePublishedSubject(subject);
  if (!published) return `${subject} is no subject of a sample`;
  const { source, taskId, last } = published;
  return source === collector || source === sampleSources.dropped
    ? `it is of device ${device_id} of task ${task}, and was published for ${last} of ${taskId}`
    : `it says that it is of the collector ${collector}, and ${source} has published it`;
}
