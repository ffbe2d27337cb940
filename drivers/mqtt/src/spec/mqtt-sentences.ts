/** Chinese for what is said in English to be wrong with fields, brokers and messages of MQTT. */
export const mqttSentences = {
  '{{device}} topics {{topics}}: {{why}}': '{{device}} 主题 {{topics}}：{{why}}',
  'the broker does not speak this version of MQTT: set mqtt_version to the other one':
    'MQTT 代理不支持此版本：请将 mqtt_version 改为另一个版本',
  'the broker refuses the client id': 'MQTT 代理拒绝此客户端标识',
  'the broker says that it is not available': 'MQTT 代理表示暂不可用',
  'the broker does not let this user in: check username and the secret of its password':
    'MQTT 代理不允许此用户登录：请检查 username 和密码所用的密钥',
  'the broker is shutting down': 'MQTT 代理正在关闭',
  'the broker heard nothing for longer than keep_alive_s': 'MQTT 代理在 keep_alive_s 内没有收到任何数据',
  'another client has taken over this session: it has the same client id':
    '另一个客户端以相同的客户端标识接管了此会话',
  'the broker ended the connection with code {{code}}': 'MQTT 代理断开了连接，代码 {{code}}',
  'the broker refuses the subscription to {{topic}}: let this user read it':
    'MQTT 代理拒绝订阅 {{topic}}：请允许此用户读取该主题',
  'the broker refuses the subscription to {{topic}} with code {{code}}':
    'MQTT 代理拒绝订阅 {{topic}}，代码 {{code}}',
  'the broker refused the message: this user may not publish there':
    'MQTT 代理拒绝了消息：此用户无权在该主题上发布',
  'the broker refused the message: code {{code}}': 'MQTT 代理拒绝了消息：代码 {{code}}',
  'the broker has said nothing for {{count}} s': 'MQTT 代理已有 {{count}} 秒没有任何数据',
  'the broker did not answer within {{ms}} ms': 'MQTT 代理在 {{ms}} 毫秒内没有应答',
  'no message within {{ms}} ms: the broker has retained none on these topics, and nobody published one':
    '{{ms}} 毫秒内没有消息：MQTT 代理在这些主题上没有保留消息，期间也没有新消息发布',
  'what the broker sent is no MQTT: {{why}}': 'MQTT 代理发来的数据不是 MQTT：{{why}}',
  'nobody waits for {{what}}': '没有等待 {{what}} 的请求',
  'the message is no JSON': '消息不是 JSON',
  'the message is no UTF-8': '消息不是 UTF-8',
  'the broker had kept it, and nobody knows how old it is': '这是代理保留的消息，不知道是何时的',
  'the message has no time at {{pointer}} that can be used: the time of its arrival counts':
    '消息在 {{pointer}} 处没有可用的时间：以到达时间为准',
  'is no array': '不是数组',
  'the array has {{count}} values': '数组有 {{count}} 个值',
  'is null': '为 null',
  'has {{count}} characters, and may have {{most}}': '有 {{count}} 个字符，最多 {{most}} 个',
  '{{value}} is no number': '{{value}} 不是数值',
  '{{value}} is no whole number': '{{value}} 不是整数',
  '{{value}} is no {{data_type}}': '{{value}} 不是 {{data_type}}',

  'must be one of {{values}} over MQTT': '使用 MQTT 时应为以下之一：{{values}}',
  'must be a JSON Pointer, such as /ts': '应为 JSON Pointer，如 /ts',
  'must have $value where the value stands': '必须含有 $value，表示数值所在的位置',
  'is wanted where there is a command_payload': '设置 command_payload 时必须给出',
  'is wanted of a writable point: writes are published there': '可写点位必须给出：写入的数值发布到此主题',
  'give the point a command_topic: writes are published there':
    '请为点位设置 command_topic：写入的数值发布到此主题',
  'an array cannot be written over MQTT': '数组不能通过 MQTT 写入',
  'is wanted where there is a password': '设置密码时必须给出',
  '# may only be the last level of a topic filter': '# 只能是主题过滤器的最后一级',
  'a shared subscription gives each message to one of its members alone: give the topic itself, without $share and group':
    '共享订阅的每条消息只发给其中一个成员：请填写主题本身，不带 $share 和组名',
  '# must be a whole level of a topic filter': '# 必须单独占主题过滤器的一级',
  '+ must be a whole level of a topic filter': '+ 必须单独占主题过滤器的一级',
  'a topic to publish to has no + and no #': '用于发布的主题不能含有 + 和 #',
  'must not be empty': '不能为空',
  'must be text without NUL characters': '应为不含 NUL 字符的文本',
  'must have {{count}} bytes at the most': '最多 {{count}} 字节',
  '{{topic}} is a whole topic filter: write ##/… for a JSON Pointer behind it':
    '{{topic}} 是完整的主题过滤器：其后的 JSON Pointer 请写成 ##/…',
  'what follows # is no JSON Pointer (RFC 6901)': '# 之后不是 JSON Pointer（RFC 6901）',
} as const;
