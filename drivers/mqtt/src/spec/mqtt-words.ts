import type { FieldWords } from '@holdfast/driver/form-words.ts';
import { secretWords } from '@holdfast/driver/secret-name.ts';
import type { ProtocolWords } from '@holdfast/driver/spec.ts';
import { tlsWords } from '@holdfast/driver/tls-fields.ts';
import type { MqttConnection, MqttPlace } from '../layout/connection.ts';
import { mqttText } from '../texts.ts';
import { framePartWords } from './frame-parts.ts';

type Words<Field extends string> = Readonly<Record<Field, FieldWords>>;

const connection: Words<keyof MqttConnection> = {
  host: { label: mqttText('host') },
  port: {
    label: mqttText('port'),
    help: mqttText('port_help'),
  },
  mqtt_version: {
    label: mqttText('mqtt_version'),
    options: { '5': mqttText('mqtt_version_5'), '3.1.1': mqttText('mqtt_version_3_1_1') },
  },
  username: { label: mqttText('username') },
  password: secretWords(mqttText('password')),
  tls: tlsWords,
  qos: {
    label: mqttText('qos'),
    help: mqttText('qos_help'),
    options: { '0': mqttText('qos_0'), '1': mqttText('qos_1') },
  },
  keep_alive_s: { label: mqttText('keep_alive_s'), unit: 's' },
  session_expiry_s: {
    label: mqttText('session_expiry_s'),
    help: mqttText('session_expiry_s_help'),
    unit: 's',
  },
};

const place: Words<keyof MqttPlace> = {
  topic: {
    label: mqttText('topic'),
    help: mqttText('topic_help'),
  },
  time_at: {
    label: mqttText('time_at'),
    help: mqttText('time_at_help'),
  },
  command_topic: {
    label: mqttText('command_topic'),
    help: mqttText('command_topic_help'),
  },
  command_payload: {
    label: mqttText('command_payload'),
    help: mqttText('command_payload_help'),
  },
};

export const mqttWords: ProtocolWords = {
  label: mqttText('mqtt'),
  help: mqttText('mqtt_help'),
  connection,
  place,
  notations: [],
  advice: {
    silent: mqttText('silent'),
    noValue: mqttText('no_value'),
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
