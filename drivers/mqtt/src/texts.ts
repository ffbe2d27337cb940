import { catalogue } from '@holdfast/texts/text.ts';

export const mqttText = catalogue('mqtt', {
  part_header: { en: 'packet, QoS', zh: '报文、QoS' },
  part_length: { en: 'length', zh: '长度' },
  part_packet_id: { en: 'packet id', zh: '报文标识符' },
  part_properties: { en: 'properties', zh: '属性' },
  part_topic: { en: 'topic', zh: '主题' },
  part_qos: { en: 'QoS', zh: 'QoS' },
  part_payload: { en: 'payload', zh: '载荷' },
  part_data: { en: 'data', zh: '数据' },
  host: { en: 'Broker', zh: '代理（Broker）' },
  port: { en: 'Port', zh: '端口' },
  port_help: { en: 'Usually 1883, and 8883 with TLS.', zh: '一般为 1883，TLS 为 8883。' },
  mqtt_version: { en: 'MQTT version', zh: 'MQTT 版本' },
  mqtt_version_5: { en: '5', zh: '5' },
  mqtt_version_3_1_1: { en: '3.1.1', zh: '3.1.1' },
  username: { en: 'User', zh: '用户名' },
  password: { en: 'Password', zh: '密码' },
  qos: { en: 'Quality of service', zh: '服务质量（QoS）' },
  qos_help: {
    en: 'At 1 the broker keeps messages until their values are safe; at 0 what comes while nobody listens is lost.',
    zh: '1：数值安全保存后才确认；0：无人接收时的消息会丢失。',
  },
  qos_0: { en: '0', zh: '0' },
  qos_1: { en: '1', zh: '1' },
  keep_alive_s: { en: 'Keep alive', zh: '心跳间隔' },
  session_expiry_s: { en: 'Session expiry', zh: '会话保留时间' },
  session_expiry_s_help: {
    en: 'How long the broker keeps messages while no collector fetches them (MQTT 5).',
    zh: '没有采集器接收时，代理保留消息的时间（MQTT 5）。',
  },
  topic: { en: 'Topic', zh: '主题' },
  topic_help: {
    en: 'A topic or a filter with + and #. For a value within JSON: topic#/path/to/value.',
    zh: '主题，或带 + 和 # 的过滤器。JSON 中的值：主题#/路径。',
  },
  time_at: { en: 'Time at', zh: '时间位置' },
  time_at_help: {
    en: 'JSON Pointer to the time of the source (RFC 3339, or seconds or ms since 1970); the time of arrival unless set.',
    zh: '来源时间的 JSON Pointer（RFC 3339，或自 1970 年起的秒或毫秒）；不填则为到达时间。',
  },
  command_topic: { en: 'Command topic', zh: '命令主题' },
  command_topic_help: { en: 'Writes are published there.', zh: '写入时发布到此主题。' },
  command_payload: { en: 'Command message', zh: '命令消息' },
  command_payload_help: {
    en: 'With $value where the value stands; the value alone unless set.',
    zh: '用 $value 表示数值；不填则只发送数值。',
  },
  mqtt: { en: 'MQTT', zh: 'MQTT' },
  mqtt_help: {
    en: 'Devices and gateways that publish their values to a broker.',
    zh: '把数值发布到代理（Broker）的设备和网关。',
  },
  silent: {
    en: 'A broker gives messages alone: it keeps none that this user may read, and none was published while the test waited. Save it all the same and go on to the topics, or have something published and test once more.',
    zh: '代理只转发消息：没有保留此用户可读的消息，测试期间也没有新消息发布。可以直接保存并继续配置主题，也可以先发布一条消息再测试。',
  },
  no_value: {
    en: 'See with a client of MQTT which topics there are and what their messages hold: a value within JSON needs # and its path behind the topic.',
    zh: '请用 MQTT 客户端查看有哪些主题及其消息内容：JSON 中的值须在主题后写 # 和路径。',
  },
});
