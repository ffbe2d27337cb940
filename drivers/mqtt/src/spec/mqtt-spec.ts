import type { Device } from '@holdfast/driver/device.ts';
import { pointerSteps } from '@holdfast/driver/messages/json-pointer.ts';
import { messageTypes } from '@holdfast/driver/messages/message-values.ts';
import type { PointFields } from '@holdfast/driver/point.ts';
import type { DriverSpec, FieldProblem } from '@holdfast/driver/spec.ts';
import { tcpEndpoint } from '@holdfast/driver/tcp-endpoint.ts';
import { tlsProblems } from '@holdfast/driver/tls-fields.ts';
import { connectionSchema, type MqttConnection, type MqttPlace, placeSchema } from '../layout/connection.ts';
import { parseTopic } from '../layout/topic-address.ts';
import { topicProblem } from '../layout/topic-filter.ts';
import { mqttText } from '../texts.ts';
import { frameParts } from './frame-parts.ts';
import { mqttWords } from './mqtt-words.ts';

export const mqttSpec: DriverSpec<MqttConnection, MqttPlace> = {
  protocol: 'mqtt',
  connection: connectionSchema,
  place: placeSchema,
  words: mqttWords,
  modes: ['subscribed'],
  can: { browse: false, write: true, sourceTime: true },
  parseAddress(fields, point) {
    const address = placeSchema.parse(fields);
    const problems = problemsOf(address, point);
    return problems.length > 0 ? { ok: false, problems } : { ok: true, address };
  },
  showAddress: (address) => address,
  // One broker serves any number of clients, from any collector.
  endpoint: ({ host, port }) => ({ ...tcpEndpoint(host, port, 'mqtt'), isExclusive: false }),
  pace: () => ({ unit: '', pauseAfterMs: 0, pauses: 'endpoint', busyRetries: 0, closesAfterTick: false }),
  problems: deviceProblems,
  frameParts,
  sheets: {
    protocols: ['mqtt broker'],
    headers: { topic: ['mqtt topic', '主题名'], host: ['broker', 'ip', '代理'] },
    words: {},
    aliases: [],
  },
};

function problemsOf(address: MqttPlace, point: PointFields): FieldProblem[] {
  const { topic, time_at, command_topic, command_payload } = address;
  const problems: FieldProblem[] = [];
  const parsed = parseTopic(topic);
  if (!parsed.ok) problems.push({ field: 'topic', message: parsed.problem });
  if (!messageTypes.includes(point.data_type)) {
    problems.push({
      field: 'data_type',
      message: mqttText('type_rule', { values: messageTypes.join(', ') }),
    });
  }
  if (time_at !== undefined && !pointerSteps(time_at)) {
    problems.push({ field: 'time_at', message: mqttText('json_pointer_rule') });
  }
  const problem = command_topic === undefined ? undefined : topicProblem(command_topic);
  if (problem !== undefined) problems.push({ field: 'command_topic', message: problem });
  if (command_payload !== undefined && !command_payload.includes('$value')) {
    problems.push({ field: 'command_payload', message: mqttText('value_placeholder_needed') });
  }
  if (command_payload !== undefined && command_topic === undefined) {
    problems.push({ field: 'command_topic', message: mqttText('command_topic_for_payload') });
  }
  if (point.writable && command_topic === undefined) {
    problems.push({
      field: 'command_topic',
      message: mqttText('command_topic_for_writing'),
    });
  }
  if (point.writable && point.count !== undefined) {
    problems.push({ field: 'writable', message: mqttText('array_not_writable') });
  }
  return problems;
}

function deviceProblems({ connection }: Device<MqttConnection, MqttPlace>): FieldProblem[] {
  const { username, password, tls } = connection;
  const problems = tlsProblems(tls);
  if (password && username === undefined) {
    problems.push({ field: 'username', message: mqttText('username_for_password') });
  }
  return problems;
}
