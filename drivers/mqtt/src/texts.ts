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
  host: { en: 'Broker', zh: 'Broker（服务器）' },
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
    zh: '没有采集器接收时，Broker 保留消息的时间（MQTT 5）。',
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
    zh: '把数值发布到 MQTT Broker 的设备和网关。',
  },
  silent: {
    en: 'A broker gives messages alone: it keeps none that this user may read, and none was published while the test waited. Save it all the same and go on to the topics, or have something published and test once more.',
    zh: 'Broker 只转发消息：没有保留此用户可读的消息，测试期间也没有新消息发布。可以直接保存并继续配置主题，也可以先发布一条消息再测试。',
  },
  no_value: {
    en: 'See with a client of MQTT which topics there are and what their messages hold: a value within JSON needs # and its path behind the topic.',
    zh: '请用 MQTT 客户端查看有哪些主题及其消息内容：JSON 中的值须在主题后写 # 和路径。',
  },
  version_refused: {
    en: 'the broker does not speak this version of MQTT: set mqtt_version to the other one',
    zh: 'MQTT Broker 不支持此版本：请将 mqtt_version 改为另一个版本',
  },
  client_id_refused: { en: 'the broker refuses the client id', zh: 'MQTT Broker 拒绝此客户端标识' },
  broker_not_available: { en: 'the broker says that it is not available', zh: 'MQTT Broker 表示暂不可用' },
  user_refused: {
    en: 'the broker does not let this user in: check username and the secret of its password',
    zh: 'MQTT Broker 不允许此用户登录：请检查 username 和密码所用的密钥',
  },
  broker_shuts_down: { en: 'the broker is shutting down', zh: 'MQTT Broker 正在关闭' },
  keep_alive_missed: {
    en: 'the broker heard nothing for longer than keep_alive_s',
    zh: 'MQTT Broker 在 keep_alive_s 内没有收到任何数据',
  },
  session_taken_over: {
    en: 'another client has taken over this session: it has the same client id',
    zh: '另一个客户端以相同的客户端标识接管了此会话',
  },
  ended_with_code: {
    en: 'the broker ended the connection with code {{code}}',
    zh: 'MQTT Broker 断开了连接，代码 {{code}}',
  },
  subscription_not_allowed: {
    en: 'the broker refuses the subscription to {{topic}}: let this user read it',
    zh: 'MQTT Broker 拒绝订阅 {{topic}}：请允许此用户读取该主题',
  },
  subscription_refused: {
    en: 'the broker refuses the subscription to {{topic}} with code {{code}}',
    zh: 'MQTT Broker 拒绝订阅 {{topic}}，代码 {{code}}',
  },
  publish_not_allowed: {
    en: 'the broker refused the message: this user may not publish there',
    zh: 'MQTT Broker 拒绝了消息：此用户无权在该主题上发布',
  },
  publish_refused: {
    en: 'the broker refused the message: code {{code}}',
    zh: 'MQTT Broker 拒绝了消息：代码 {{code}}',
  },
  broker_silent: {
    en: 'the broker has said nothing for {{count}} s',
    zh: 'MQTT Broker 已有 {{count}} 秒没有任何数据',
  },
  broker_did_not_answer: {
    en: 'the broker did not answer within {{ms}} ms',
    zh: 'MQTT Broker 在 {{ms}} 毫秒内没有应答',
  },
  no_message_within: {
    en: 'no message within {{ms}} ms: the broker has no retained message on these topics, and none was published',
    zh: '{{ms}} 毫秒内没有消息：MQTT Broker 在这些主题上没有保留消息，期间也没有新消息发布',
  },
  not_mqtt: {
    en: 'what the broker sent is no MQTT: {{why}}',
    zh: 'MQTT Broker 发来的数据不是 MQTT：{{why}}',
  },
  unexpected_packet: { en: 'unexpected packet: {{what}}', zh: '没有等待 {{what}} 的请求' },
  not_json: { en: 'the message is no JSON', zh: '消息不是 JSON' },
  not_utf8: { en: 'the message is no UTF-8', zh: '消息不是 UTF-8' },
  retained_of_unknown_age: {
    en: 'the broker had retained it, and its age is unknown',
    zh: '这是 Broker 保留的消息，不知道是何时的',
  },
  no_usable_time: {
    en: 'the message has no time at {{pointer}} that can be used: the time of its arrival counts',
    zh: '消息在 {{pointer}} 处没有可用的时间：以到达时间为准',
  },
  not_an_array: { en: 'is no array', zh: '不是数组' },
  array_has_count: { en: 'the array has {{count}} values', zh: '数组有 {{count}} 个值' },
  is_null: { en: 'is null', zh: '为 null' },
  type_rule: { en: 'must be one of {{values}} over MQTT', zh: '使用 MQTT 时应为以下之一：{{values}}' },
  json_pointer_rule: { en: 'must be a JSON Pointer, such as /ts', zh: '应为 JSON Pointer，如 /ts' },
  value_placeholder_needed: {
    en: 'must have $value where the value stands',
    zh: '必须含有 $value，表示数值所在的位置',
  },
  command_topic_for_payload: {
    en: 'is wanted where there is a command_payload',
    zh: '设置 command_payload 时必须给出',
  },
  command_topic_for_writing: {
    en: 'is wanted of a writable point: writes are published there',
    zh: '可写点位必须给出：写入的数值发布到此主题',
  },
  no_command_topic: {
    en: 'give the point a command_topic: writes are published there',
    zh: '请为点位设置 command_topic：写入的数值发布到此主题',
  },
  array_not_writable: { en: 'an array cannot be written over MQTT', zh: '数组不能通过 MQTT 写入' },
  username_for_password: { en: 'is wanted where there is a password', zh: '设置密码时必须给出' },
  hash_only_last: {
    en: '# may only be the last level of a topic filter',
    zh: '# 只能是主题过滤器的最后一级',
  },
  no_shared_subscription: {
    en: 'a shared subscription gives each message to one of its members alone: give the topic itself, without $share and group',
    zh: '共享订阅的每条消息只发给其中一个成员：请填写主题本身，不带 $share 和组名',
  },
  hash_whole_level: { en: '# must be a whole level of a topic filter', zh: '# 必须单独占主题过滤器的一级' },
  plus_whole_level: { en: '+ must be a whole level of a topic filter', zh: '+ 必须单独占主题过滤器的一级' },
  no_wildcard_to_publish: {
    en: 'a topic to publish to has no + and no #',
    zh: '用于发布的主题不能含有 + 和 #',
  },
  not_empty: { en: 'must not be empty', zh: '不能为空' },
  no_nul_characters: { en: 'must be text without NUL characters', zh: '应为不含 NUL 字符的文本' },
  too_many_bytes: { en: 'must have {{count}} bytes at the most', zh: '最多 {{count}} 字节' },
  pointer_behind_whole_filter: {
    en: '{{topic}} is a whole topic filter: write ##/… for a JSON Pointer behind it',
    zh: '{{topic}} 是完整的主题过滤器：其后的 JSON Pointer 请写成 ##/…',
  },
  pointer_malformed: {
    en: 'what follows # is no JSON Pointer (RFC 6901)',
    zh: '# 之后不是 JSON Pointer（RFC 6901）',
  },
  topics: { en: 'topics {{topics}}', zh: '主题 {{topics}}' },
});
