import { catalogue } from '@holdfast/texts/text.ts';

export const driverText = catalogue('driver', {
  name_of_a_file: {
    en: 'Name of a file in the folder DEVICE_SECRETS of the collectors; its content goes to no other site or host than bindings.json there names.',
    zh: '采集器 DEVICE_SECRETS 文件夹中的文件名；内容只发往其中 bindings.json 写明的站点和主机。',
  },
  secret: { en: 'file name', zh: '文件名' },
  tls: { en: 'TLS', zh: 'TLS' },
  authority: { en: 'Authority', zh: 'CA 证书' },
  certificate: { en: 'Certificate', zh: '客户端证书' },
  key: { en: 'Key', zh: '私钥' },
  server_name: { en: 'Name in the certificate', zh: '证书中的名称' },
  server_name_help: { en: 'The host unless set.', zh: '不填则为主机名。' },
  narrowing: {
    en: '{{device}} {{request}}: {{why}}; which part of it is being found out',
    zh: '{{device}} {{request}}：{{why}}；正在查明是其中哪一部分',
  },
  tls_certificate_required: {
    en: 'the other side wants a certificate: set tls.cert and tls.key',
    zh: '对方要求客户端证书：请设置 tls.cert 和 tls.key',
  },
  tls_not_spoken: { en: 'the other side does not speak TLS on this port', zh: '对方在此端口上不使用 TLS' },
  tls_certificate_not_accepted: {
    en: 'the other side does not accept the certificate tls.cert ({{code}})',
    zh: '对方不接受证书 tls.cert（{{code}}）',
  },
  tls_handshake_refused: {
    en: 'the other side refuses the TLS handshake: it may want a certificate (tls.cert and tls.key)',
    zh: '对方拒绝 TLS 握手：可能要求客户端证书（tls.cert 和 tls.key）',
  },
  tls_handshake_ended: {
    en: 'the other side ended the connection during the TLS handshake: it may not speak TLS on this port',
    zh: '对方在 TLS 握手期间断开了连接：此端口可能不使用 TLS',
  },
  incomplete_answer: {
    en: 'no answer within {{ms}} ms; received {{count}} bytes: {{bytes}}',
    zh: '{{ms}} 毫秒内没有完整的应答；收到 {{count}} 字节：{{bytes}}',
  },
  no_answer_within: { en: 'no answer within {{ms}} ms', zh: '{{ms}} 毫秒内没有应答' },
  not_connected_within: { en: 'not connected within {{ms}} ms', zh: '{{ms}} 毫秒内未能连接' },
  line_not_quiet_within: {
    en: 'the line was not quiet within {{ms}} ms',
    zh: '{{ms}} 毫秒内线路一直有数据，未能发出请求',
  },
  request_in_flight: {
    en: 'another request is in flight on this endpoint',
    zh: '该端点上有另一个请求尚未完成',
  },
  disconnected_by_the_collector: { en: 'disconnected by the collector', zh: '连接已由采集器断开' },
  right_to_use_the_device_ended: {
    en: 'not sent: the right to use this device has ended',
    zh: '未发送：采集器已无权访问此设备',
  },
  unrequested_data: { en: 'the device sent data that was not requested', zh: '设备发来了未请求的数据' },
  answer_too_long: {
    en: 'malformed answer: more than {{count}} bytes',
    zh: '应答格式错误：超过 {{count}} 字节',
  },
  malformed_answer: { en: 'malformed answer: {{why}}', zh: '应答格式错误：{{why}}' },
  malformed_reply: { en: 'malformed reply: {{why}}', zh: '应答格式错误：{{why}}' },
  bytes_too_many: { en: '{{count}} bytes too many', zh: '多出 {{count}} 字节' },
  length_instead_of: {
    en: 'length {{received}} instead of {{expected}}',
    zh: '长度为 {{received}}，应为 {{expected}}',
  },
  device_closed_the_connection: { en: 'the device closed the connection', zh: '设备关闭了连接' },
  connection_closed: { en: 'the connection was closed', zh: '连接已关闭' },
  no_address: { en: 'it has no address', zh: '该名称没有对应的地址' },
  no_secrets_here: {
    en: 'there is no secret {{name}}: this collector has none',
    zh: '没有密钥 {{name}}：此采集器没有任何密钥',
  },
  tls_cert_unusable: {
    en: 'tls.cert is no certificate that can be used ({{code}})',
    zh: 'tls.cert 不是可用的证书（{{code}}）',
  },
  tls_key_unusable: {
    en: 'tls.key is no key that can be used ({{code}})',
    zh: 'tls.key 不是可用的私钥（{{code}}）',
  },
  tls_key_of_another_cert: {
    en: 'tls.key is not the key of tls.cert ({{code}})',
    zh: 'tls.key 与 tls.cert 不匹配（{{code}}）',
  },
  connection_refused: {
    en: 'connect ECONNREFUSED {{address}}',
    zh: '连接 {{address}} 被拒绝（ECONNREFUSED）',
  },
  connection_timed_out: { en: 'connect ETIMEDOUT {{address}}', zh: '连接 {{address}} 超时（ETIMEDOUT）' },
  host_unreachable: { en: 'connect EHOSTUNREACH {{address}}', zh: '无法到达 {{address}}（EHOSTUNREACH）' },
  network_unreachable: {
    en: 'connect ENETUNREACH {{address}}',
    zh: '没有通往 {{address}} 的网络（ENETUNREACH）',
  },
  address_not_available: {
    en: 'connect EADDRNOTAVAIL {{address}}',
    zh: '无法连接 {{address}}（EADDRNOTAVAIL）',
  },
  host_not_found: { en: 'getaddrinfo ENOTFOUND {{host}}', zh: '找不到主机名 {{host}}（ENOTFOUND）' },
  host_lookup_failed: {
    en: 'getaddrinfo EAI_AGAIN {{host}}',
    zh: '暂时无法解析主机名 {{host}}（EAI_AGAIN）',
  },
  connection_reset: { en: '{{call}} ECONNRESET', zh: '连接被对方重置（{{call}} ECONNRESET）' },
  transfer_timed_out: { en: '{{call}} ETIMEDOUT', zh: '连接超时（{{call}} ETIMEDOUT）' },
  broken_pipe: { en: '{{call}} EPIPE', zh: '连接已被对方关闭（{{call}} EPIPE）' },
  certificate_self_signed: { en: 'self-signed certificate', zh: '证书为自签名' },
  certificate_chain_self_signed: {
    en: 'self-signed certificate in certificate chain',
    zh: '证书链中有自签名证书',
  },
  certificate_unverified: { en: 'unable to verify the first certificate', zh: '无法验证证书' },
  certificate_expired: { en: 'certificate has expired', zh: '证书已过期' },
  wider_than_largest_block: {
    en: 'takes {{count}}, and the largest block that is read of the device has {{most}} {{unit}} ({{setting}})',
    zh: '长度为 {{count}}，而设备单次最多读取 {{most}} 个{{unit}}（{{setting}}）',
  },
  longer_than_largest_read: {
    en: 'is longer than the largest read of the device',
    zh: '超过设备单次最大读取数量',
  },
  refuses_to_read_more: {
    en: '{{setting}} {{most}}: it refuses to read more at once',
    zh: '{{setting}} {{most}}：设备拒绝一次读取更多',
  },
  and_more: { en: 'and {{count}} more', zh: '另有 {{count}} 项' },
  holds_nan: { en: 'holds NaN, which is no value', zh: '其值为 NaN，不是数值' },
  holds_infinity: { en: 'holds infinity, which is no value', zh: '其值为无穷大，不是数值' },
  answer_ends_before: { en: 'the answer ends before it', zh: '应答在此之前已结束' },
  not_bcd: { en: 'holds a digit above 9, which BCD does not have', zh: '含有大于 9 的数字，不是 BCD 码' },
  not_text_in_its_encoding: { en: 'holds no text in its encoding', zh: '内容不是其编码的文本' },
  no_time_of_four_digit_years: {
    en: 'holds no time of the years 0 to 9999',
    zh: '内容不是公元 0 至 9999 年间的时间',
  },
  one_value_not_a_list: { en: 'this point has one value, not a list', zh: '此点位只有一个值，不是列表' },
  unit_at_endpoint: { en: '{{endpoint}} unit {{unit}}', zh: '{{endpoint}} 站号 {{unit}}' },
  no_control_characters: { en: 'must not contain control characters', zh: '不能含有控制字符' },
  no_backslash_at_the_end: { en: 'must not end with a backslash', zh: '不能以反斜杠结尾' },
  no_blank_at_the_ends: { en: 'must not begin or end with a blank', zh: '首尾不能有空格' },
  tls_cert_and_key: { en: 'must have cert and key, or neither', zh: '必须同时有 cert 和 key，或都没有' },
  secret_name_rule: {
    en: 'must be the name of a secret: 1 to 64 letters, digits, ".", "_" and "-", a letter or digit at both ends',
    zh: '应为文件名：1 至 64 个字母、数字、“.”、“_”和“-”，首尾为字母或数字',
  },
  host_rule: {
    en: 'must be a name or an address alone, such as 192.168.1.20: without "http://" and brackets, and the port has a field of its own',
    zh: '只写主机名或地址，如 192.168.1.20：不带“http://”和方括号，端口另有字段',
  },
  value_name_too_long: {
    en: 'its last value is named {{name}}, which is longer than {{max}} characters',
    zh: '其最后一个值名为 {{name}}，超过 {{max}} 个字符',
  },
  length_only_of_string: {
    en: 'only a string has a length, not {{type}}; an array has a count',
    zh: '只有字符串才有 length，{{type}}没有；数组用 count',
  },
  encoding_only_of_string: {
    en: 'only a string has an encoding, not {{type}}',
    zh: '只有字符串才有 encoding，{{type}}没有',
  },
  cannot_be_scaled: {
    en: '{{type}} cannot be scaled: leave scale and offset out',
    zh: '{{type}}不能换算：请去掉 scale 和 offset',
  },
  deadband_only_of_numbers: {
    en: 'only numbers have a deadband, not {{type}}: without one, it is sent when it changes',
    zh: '只有数值才有死区，{{type}}没有：不设死区时，变化即发送',
  },
  field_only_of_numbers: {
    en: 'only numbers have {{field}}, not {{type}}',
    zh: '只有数值才有 {{field}}，{{type}}没有',
  },
  nothing_to_round: {
    en: '64-bit integers without a scale are kept exactly: there is nothing to round',
    zh: '不换算的 64 位整数按原值保存，无需舍入',
  },
  above_valid_max: { en: '{{min}} is above valid_max, {{max}}', zh: '{{min}} 大于 valid_max（{{max}}）' },
  linear_or_scale: {
    en: 'linear stands instead of scale and offset: leave these out',
    zh: 'linear 代替 scale 和 offset：请去掉后两者',
  },
  linear_values_differ: {
    en: 'both raw values, and both engineering values, must differ',
    zh: '两个原始值不能相同，两个工程值也不能相同',
  },
  enumeration_only_of_whole: {
    en: 'only whole numbers and bool have an enumeration, not {{type}}',
    zh: '只有整数和 bool 才有枚举，{{type}}没有',
  },
  enumeration_is_empty: { en: 'names no number', zh: '没有列出任何数值' },
  enumerated_number_out_of_range: {
    en: '{{number}} is no number that {{type}} can be, which holds {{range}}',
    zh: '{{type}}不可能取值 {{number}}，其范围是 {{range}}',
  },
  array_not_writable: {
    en: 'arrays cannot be written: make a point of the one element, without a count',
    zh: '数组不能写入：请为单个元素另建一个不带 count 的点位',
  },
  digits_may_be_lost: {
    en: '{{number}} may have lost its last digits on the way: send it as text in decimal',
    zh: '{{number}} 的末位在传输中可能已丢失：请以十进制文本发送',
  },
  outside_valid_range: {
    en: '{{number}} is outside the valid range of {{range}}',
    zh: '{{number}} 超出有效范围 {{range}}',
  },
  array_has_another_count: {
    en: 'this point is an array of {{count}} values, not of {{length}}',
    zh: '此点位是 {{count}} 个值的数组，而不是 {{length}} 个',
  },
  array_needed: { en: 'this point is an array of {{count}} values', zh: '此点位是 {{count}} 个值的数组' },
  neither_true_nor_false: {
    en: '{{value}} is neither true nor false',
    zh: '{{value}} 既不是 true 也不是 false',
  },
  raw_out_of_range: {
    en: '{{value}}, raw {{raw}}, does not fit {{type}}, which holds {{range}}',
    zh: '{{value}}（原始值 {{raw}}）超出 {{type}} 的范围 {{range}}',
  },
  out_of_range: {
    en: '{{value}} does not fit {{type}}, which holds {{range}}',
    zh: '{{value}} 超出 {{type}} 的范围 {{range}}',
  },
  does_not_fit_type: { en: '{{value}} does not fit {{type}}', zh: '{{value}} 超出 {{type}} 的范围' },
  not_finite: { en: '{{value}} is not a finite number', zh: '{{value}} 不是有限的数值' },
  not_a_number: { en: '{{value}} is not a number', zh: '{{value}} 不是数值' },
  not_enumerated: { en: '{{value}} is none of: {{names}}', zh: '{{value}} 不在以下之中：{{names}}' },
  not_a_time: {
    en: '{{value}} is not a time such as 2026-01-31T12:00:00Z',
    zh: '{{value}} 不是时间，例如 2026-01-31T12:00:00Z',
  },
  not_a_text: { en: '{{value}} is not a text', zh: '{{value}} 不是文本' },
  not_encodable: {
    en: '{{value}} cannot be written in {{encoding}}: it has other characters, control characters or blanks at the end',
    zh: '{{value}} 不能以 {{encoding}} 写入：含有其他字符、控制字符，或末尾有空格',
  },
  text_too_long: {
    en: 'the text has {{bytes}} bytes, and there is room for {{room}}',
    zh: '文本有 {{bytes}} 字节，只能容纳 {{room}} 字节',
  },
  an_enumeration: { en: 'an enumeration', zh: '枚举' },
  too_many_characters: {
    en: 'has {{count}} characters, and may have {{most}}',
    zh: '有 {{count}} 个字符，最多 {{most}} 个',
  },
  not_of_type: { en: '{{value}} is no {{type}}', zh: '{{value}} 不是{{type}}' },
  of_point: { en: '{{point}}: {{why}}', zh: '{{point}}：{{why}}' },
  of_host: { en: '{{host}}: {{why}}', zh: '{{host}}：{{why}}' },
  of_request: { en: '{{device}} {{request}}: {{why}}', zh: '{{device}} {{request}}：{{why}}' },
  type_number: { en: 'number', zh: '数值' },
  type_whole_number: { en: 'whole number', zh: '整数' },
  unit_bits: { en: 'bits', zh: '位' },
  unit_registers: { en: 'registers', zh: '寄存器' },
  unit_words: { en: 'words', zh: '字' },
  endpoint_protocols_differ: {
    en: '{{endpoint}} cannot speak {{one}} and {{other}}',
    zh: '{{endpoint}} 不能同时使用 {{one}} 和 {{other}}',
  },
  endpoint_speeds_differ: {
    en: '{{endpoint}} cannot run at {{one}} and at {{other}}',
    zh: '{{endpoint}} 不能同时以 {{one}} 和 {{other}} 运行',
  },
  endpoint_tcp_and_serial: {
    en: '{{endpoint}} cannot be both a TCP endpoint and a serial line',
    zh: '{{endpoint}} 不能既是 TCP 端点又是串口',
  },
});
