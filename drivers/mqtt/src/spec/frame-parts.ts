import { type FrameDirection, type FramePart, FrameParts, utf8Text } from '@holdfast/driver/frame-parts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { MqttConnection } from '../layout/connection.ts';
import { mqttText } from '../texts.ts';

export const framePartWords = {
  header: mqttText('part_header'),
  length: mqttText('part_length'),
  packet_id: mqttText('part_packet_id'),
  properties: mqttText('part_properties'),
  topic: mqttText('part_topic'),
  qos: mqttText('part_qos'),
  payload: mqttText('part_payload'),
  data: mqttText('part_data'),
} as const satisfies Readonly<Record<string, Text>>;

const publish = 3;
const subscribe = 8;
const qosBits = 0b110;
const retainBit = 0b1;

/** The parts of a message, or of a subscription. MQTT 5, 2.1, 3.3 and 3.8. */
export function frameParts(
  bytes: Uint8Array,
  _direction: FrameDirection,
  { mqtt_version }: MqttConnection,
): readonly FramePart[] {
  const frame = new FrameParts(bytes);
  const take = (part: keyof typeof framePartWords, length?: number, textOf?: typeof utf8Text) =>
    frame.take(part, length, textOf);
  /** Takes a number of one to four bytes, which is the length of what follows. */
  const takeNumber = (part: 'length' | 'properties', isWithContent: boolean) => {
    const at = bytes.length - frame.bytesLeft;
    let width = 1;
    let value = (bytes[at] ?? 0) & 0x7f;
    while (width < 4 && ((bytes[at + width - 1] ?? 0) & 0x80) !== 0) {
      value += ((bytes[at + width] ?? 0) & 0x7f) * 128 ** width;
      width += 1;
    }
    take(part, isWithContent ? width + value : width);
  };
  const takeTopic = () => {
    const [high = 0, low = 0] = take('length', 2);
    take('topic', high * 256 + low, utf8Text);
  };
  const [header = 0] = take('header', 1, ([first = 0]) => headerText(first));
  takeNumber('length', false);
  if (header >> 4 === publish) {
    takeTopic();
    if ((header & qosBits) !== 0) take('packet_id', 2);
    if (mqtt_version === '5') takeNumber('properties', true);
    take('payload', frame.bytesLeft, utf8Text);
  } else if (header >> 4 === subscribe) {
    take('packet_id', 2);
    if (mqtt_version === '5') takeNumber('properties', true);
    while (frame.bytesLeft > 2) {
      takeTopic();
      take('qos', 1, ([options = 0]) => String(options & 0b11));
    }
  }
  take('data');
  return frame.parts;
}

function headerText(header: number): string | undefined {
  if (header >> 4 === subscribe) return 'SUBSCRIBE';
  if (header >> 4 !== publish) return undefined;
  return `PUBLISH, QoS ${(header & qosBits) >> 1}${(header & retainBit) === 0 ? '' : ', RETAIN'}`;
}
