import { both, type FieldWords } from '@holdfast/driver/form-words.ts';
import { secretWords } from '@holdfast/driver/secret-name.ts';
import type { ProtocolWords } from '@holdfast/driver/spec.ts';
import { tlsWords } from '@holdfast/driver/tls-fields.ts';
import type { MqttConnection, MqttPlace } from '../layout/connection.ts';
import { framePartWords } from './frame-parts.ts';
import { mqttSentences } from './mqtt-sentences.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

const connection: Words<keyof MqttConnection> = {
  host: { label: both('Broker', '代理（Broker）') },
  port: {
    label: both('Port', '端口'),
    help: both('Usually 1883, and 8883 with TLS.', '一般为 1883，TLS 为 8883。'),
  },
  mqtt_version: {
    label: both('MQTT version', 'MQTT 版本'),
    options: { '5': both('5', '5'), '3.1.1': both('3.1.1', '3.1.1') },
  },
  username: { label: both('User', '用户名') },
  password: secretWords(both('Password', '密码')),
  tls: tlsWords,
  qos: {
    label: both('Quality of service', '服务质量（QoS）'),
    help: both(
      'At 1 the broker keeps messages until their values are safe; at 0 what comes while nobody listens is lost.',
      '1：数值安全保存后才确认；0：无人接收时的消息会丢失。',
    ),
    options: { '0': both('0', '0'), '1': both('1', '1') },
  },
  keep_alive_s: { label: both('Keep alive', '心跳间隔'), unit: 's' },
  session_expiry_s: {
    label: both('Session expiry', '会话保留时间'),
    help: both(
      'How long the broker keeps messages while no collector fetches them (MQTT 5).',
      '没有采集器接收时，代理保留消息的时间（MQTT 5）。',
    ),
    unit: 's',
  },
};

const place: Words<keyof MqttPlace> = {
  topic: {
    label: both('Topic', '主题'),
    help: both(
      'A topic or a filter with + and #. For a value within JSON: topic#/path/to/value.',
      '主题，或带 + 和 # 的过滤器。JSON 中的值：主题#/路径。',
    ),
  },
  time_at: {
    label: both('Time at', '时间位置'),
    help: both(
      'JSON Pointer to the time of the source (RFC 3339, or seconds or ms since 1970); the time of arrival unless set.',
      '来源时间的 JSON Pointer（RFC 3339，或自 1970 年起的秒或毫秒）；不填则为到达时间。',
    ),
  },
  command_topic: {
    label: both('Command topic', '命令主题'),
    help: both('Writes are published there.', '写入时发布到此主题。'),
  },
  command_payload: {
    label: both('Command message', '命令消息'),
    help: both(
      'With $value where the value stands; the value alone unless set.',
      '用 $value 表示数值；不填则只发送数值。',
    ),
  },
};

export const mqttWords: ProtocolWords = {
  label: both('MQTT', 'MQTT'),
  help: both(
    'Devices and gateways that publish their values to a broker.',
    '把数值发布到代理（Broker）的设备和网关。',
  ),
  connection,
  place,
  sentences: mqttSentences,
  notations: [],
  advice: {
    silent: both(
      'A broker gives messages alone: it keeps none that this user may read, and none was published while the test waited. Save it all the same and go on to the topics, or have something published and test once more.',
      '代理只转发消息：没有保留此用户可读的消息，测试期间也没有新消息发布。可以直接保存并继续配置主题，也可以先发布一条消息再测试。',
    ),
    noValue: both(
      'See with a client of MQTT which topics there are and what their messages hold: a value within JSON needs # and its path behind the topic.',
      '请用 MQTT 客户端查看有哪些主题及其消息内容：JSON 中的值须在主题后写 # 和路径。',
    ),
  },
  frameParts: framePartWords,
  deviceExamples: [
    { code: 'meter-4', protocol: 'mqtt', host: 'broker.plant.lan' },
    {
      ...{ code: 'press-9', protocol: 'mqtt', host: 'broker.plant.lan', port: 8883, username: 'holdfast' },
      ...{ password: { secret: 'mqtt-password' }, tls: { ca: { secret: 'plant-ca.pem' } } },
    },
  ],
  pointExamples: [
    { code: 'power', topic: 'hall-1/meter-4/power', data_type: 'float64', unit: 'kW' },
    {
      code: 'energy',
      topic: 'shellies/meter-4/status/em:0#/total_act_energy',
      time_at: '/ts',
      data_type: 'float64',
      unit: 'Wh',
    },
    {
      ...{ code: 'lamp', topic: 'hall-1/lamp/state', data_type: 'bool', writable: true },
      command_topic: 'hall-1/lamp/set',
    },
  ],
  probe: { code: 'probe', topic: '#', data_type: 'string' },
};
