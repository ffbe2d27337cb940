import { type OutgoingSample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { JsonBytes } from './json-bytes.ts';
import { takeBytes } from './message-bytes.ts';
import { membersOf, type SampleSource } from './sample-source.ts';
import { tickTimeMs } from './schedule.ts';
import type { Tick } from './tick.ts';

const openBrace = 0x7b;
/** Room for one message at a time; its bytes are copied when it is complete. */
const text = new JsonBytes(16_384);
const encoder = new TextEncoder();

/**
 * Makes the messages of a device's ticks. A tick in which some points are missed and nothing is worth sending has empty
 * `values`: it was partly read.
 *
 * A poller gives a result for every tick from its first one on, so all its messages have this first tick as
 * `since_tick`.
 */
export function sampleWriter(source: SampleSource): (result: Tick) => OutgoingSample {
  const { periodMs } = source;
  const about = membersOf(source);
  const head = encoder.encode(`${JSON.stringify({ v: sampleVersion, ...about }).slice(0, -1)},"tick":`);
  let period: Uint8Array | undefined;
  let since = 0;
  // A miss often repeats that of the tick before.
  let toldMiss: Pick<NonNullable<Tick['miss']>, 'cause' | 'detail'> | undefined;
  let missMember = new Uint8Array(0);
  let toldLacking: Tick['lacking'];
  let lackingMember = new Uint8Array(0);
  return ({ tick, readAtMs, readings, lacking, miss }) => {
    if (!period) {
      since = tick;
      period = encoder.encode(`,"period_ms":${periodMs},"since_tick":${since},"time":`);
    }
    const { values, integers, uncertain, readCount, sentCount, integerCount } = readings;
    const isRead = readCount > 0;
    const hasValues = sentCount > integerCount || (isRead && miss !== undefined);
    const time = tickTimeMs(tick, periodMs);
    text.clear();
    text.copy(head);
    text.number(tick);
    text.copy(period);
    text.number(time);
    text.raw(',"read_at":');
    text.number(readAtMs);
    // Before the values: members after them cost the reader more.
    if (lacking) {
      if (toldLacking !== lacking) {
        toldLacking = lacking;
        lackingMember = encoder.encode(`,"lacking":${JSON.stringify(lacking)}`);
      }
      text.copy(lackingMember);
    }
    if (hasValues) text.raw(values.length === 0 ? ',"values":{' : ',"values":');
    // The values, which are most of a message, are later copied straight into this place.
    const valuesAt = text.length;
    if (hasValues) text.raw('}');
    if (integers) integerMembers(integers);
    if (uncertain) text.raw(`,"uncertain":${JSON.stringify(uncertain)}`);
    if (miss) {
      const { cause, detail } = miss;
      if (toldMiss?.cause !== cause || toldMiss.detail !== detail) {
        toldMiss = { cause, detail };
        missMember = encoder.encode(`,"miss":${JSON.stringify(toldMiss)}`);
      }
      text.copy(missMember);
    }
    text.raw('}');
    const valueBytes = hasValues ? values.length : 0;
    const message = takeBytes(text.length + valueBytes);
    message.set(text.view(0, valuesAt));
    if (valueBytes > 0) {
      message.set(values.view(), valuesAt);
      message[valuesAt] = openBrace;
    }
    message.set(text.view(valuesAt), valuesAt + valueBytes);
    // Member by member: spreading objects would take longer than everything else here.
    const sample = {
      v: sampleVersion,
      session: about.session,
      epoch: about.epoch,
      collector: about.collector,
      task: about.task,
      device_id: about.device_id,
      device: about.device,
      site: about.site,
      measurement: about.measurement,
      tick,
      period_ms: periodMs,
      since_tick: since,
      time,
      read_at: readAtMs,
      message,
      isRead,
    };
    const ofVersion =
      about.config_version === undefined ? sample : { ...sample, config_version: about.config_version };
    const members = lacking ? { ...ofVersion, lacking } : ofVersion;
    return miss ? { ...members, miss } : members;
  };
}

/** @param json the integers, each as `,"code":"digits"` */
function integerMembers(json: JsonBytes): void {
  text.raw(',"integers":');
  const at = text.length;
  text.append(json);
  text.set(at, openBrace);
  text.raw('}');
}
