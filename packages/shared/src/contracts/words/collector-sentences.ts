/**
 * Chinese for what collectors, and the common base of all drivers, say in English: why a device gave nothing, and how a
 * test or a write went. Those that enclose another sentence come first.
 */
export const chineseCollectorSentences = {
  '{{why}} ({{count}} tries)': '{{why}}（已尝试 {{count}} 次）',
  "{{why}}, the device's timeout_ms, though it answers others":
    '{{why}}（设备的 timeout_ms），而设备对其他请求有应答',
  "{{why}}, the device's timeout_ms": '{{why}}（设备的 timeout_ms）',
  '{{why}}, though it answers others': '{{why}}，而设备对其他请求有应答',
  '{{why}}, also after {{count}} retries (its busy_retries)':
    '{{why}}，重试 {{count}} 次（busy_retries）后仍然如此',
  "{{why}}, when the time of the test was over; the device's timeout_ms is {{ms}}":
    '{{why}}，测试时间已到；设备的 timeout_ms 为 {{ms}}',
  '{{why}}; which part of it is being found out': '{{why}}；正在查明是其中哪一部分',
  'which part of it is being found out': '正在查明是其中哪一部分',
  'not read: {{why}}; before that: {{rest}}': '未读取：{{why}}；此前：{{rest}}',
  'not read: {{why}}': '未读取：{{why}}',
  'not asked, next try in {{count}} s after: {{why}}': '暂不请求，{{count}} 秒后重试，此前：{{why}}',
  'not asked, a try is under way after: {{why}}': '暂不请求，正在重试，此前：{{why}}',
  '{{count}} % of the ticks of the last 5 minutes were lost to overruns: {{why}}':
    '最近 5 分钟有 {{count}}% 的采样因超时限而缺失：{{why}}',
  'The device did not confirm it ({{why}}). {{rest}}': '设备未确认写入（{{why}}）。{{rest}}',
  'device {{device}}, point {{point}}: {{why}}': '设备 {{device}} 的点位 {{point}}：{{why}}',
  'device {{device}}: {{why}}': '设备 {{device}}：{{why}}',
  'configuration snapshot {{snapshot}}: {{why}}': '配置快照 {{snapshot}}：{{why}}',
  'the configuration snapshot cannot be read: {{why}}': '无法读取配置快照：{{why}}',
  'its configuration snapshot could not be read: {{why}}': '无法读取其配置快照：{{why}}',
  'Failed to recover after restart: {{why}}': '重启后未能恢复：{{why}}',
  'Failed to start: {{why}}': '未能启动：{{why}}',

  'The device holds the value.': '设备中已是该数值。',
  'It could not be read back: {{why}}.': '未能读回：{{why}}。',
  'It could not be read back.': '未能读回。',
  'The device holds another value: it limits or clears it, or somebody else wrote.':
    '设备中是另一个数值：设备对其作了限幅或清除，或有其他人写入。',

  'the other side wants a certificate: set tls.cert and tls.key':
    '对方要求客户端证书：请设置 tls.cert 和 tls.key',
  'the other side does not speak TLS on this port': '对方在此端口上不使用 TLS',
  'the other side does not accept the certificate tls.cert ({{code}})': '对方不接受证书 tls.cert（{{code}}）',
  'the other side refuses the TLS handshake: it may want a certificate (tls.cert and tls.key)':
    '对方拒绝 TLS 握手：可能要求客户端证书（tls.cert 和 tls.key）',
  'the other side ended the connection during the TLS handshake: it may not speak TLS on this port':
    '对方在 TLS 握手期间断开了连接：此端口可能不使用 TLS',
  'was read, but its {{count}} bytes do not fit into the answer': '已读到，但其 {{count}} 字节放不进应答',
  'the answer has {{count}} bytes, and NATS takes {{most}} in a message: raise its max_payload':
    '应答有 {{count}} 字节，而 NATS 每条消息最多 {{most}} 字节：请调大其 max_payload',
  'no answer within {{ms}} ms; received {{count}} bytes: {{bytes}}':
    '{{ms}} 毫秒内没有完整的应答；收到 {{count}} 字节：{{bytes}}',
  'no answer within {{ms}} ms': '{{ms}} 毫秒内没有应答',
  'no answer': '没有应答',
  'not asked': '未请求',
  'not read': '未读取',
  'not connected within {{ms}} ms': '{{ms}} 毫秒内未能连接',
  'the line was not quiet within {{ms}} ms': '{{ms}} 毫秒内线路一直有数据，未能发出请求',
  'another request is in flight on this endpoint': '该端点上有另一个请求尚未完成',
  'disconnected by the collector': '连接已由采集器断开',
  'not sent: the right to use this device has ended': '未发送：采集器已无权访问此设备',
  'the device sent data that nobody asked for': '设备发来了未请求的数据',
  'malformed answer: more than {{count}} bytes': '应答格式错误：超过 {{count}} 字节',
  'malformed answer: {{why}}': '应答格式错误：{{why}}',
  'malformed reply: {{why}}': '应答格式错误：{{why}}',
  '{{count}} bytes too many': '多出 {{count}} 字节',
  'length {{given}} instead of {{count}}': '长度为 {{given}}，应为 {{count}}',
  'the device closed the connection': '设备关闭了连接',
  'the connection was closed': '连接已关闭',
  'the connection was given up: a request never ended': '连接已放弃：有请求始终没有结束',
  'it has no address': '该名称没有对应的地址',
  'the address of the other side is not known': '对方的地址未知',
  '{{address}} is {{server}}, a server of this installation and no device':
    '{{address}} 是 {{server}}，属于本系统的服务器，不是设备',
  '{{address}} is in none of the networks that DEVICE_NETWORKS allows ({{known}})':
    '{{address}} 不在 DEVICE_NETWORKS 允许的网段内（{{known}}）',
  "{{address}} is no address of a plant's network; to allow it, name its network in DEVICE_NETWORKS":
    '{{address}} 不是工厂网络的地址；若要允许，请将其网段写入 DEVICE_NETWORKS',
  '{{address}} is in none of the networks of site {{site}} ({{known}})':
    '{{address}} 不在站点 {{site}} 的网段内（{{known}}）',
  '{{address}} is in use here as {{other}}: name one host in both devices':
    '{{address}} 在此已作为 {{other}} 使用：请在两台设备中填写同一主机',
  'the address of {{host}} is not known yet': '尚不知道 {{host}} 的地址',
  'the secret {{name}} is bound to no site and host: an administrator of the collectors has to name them in bindings.json beside it':
    '密钥 {{name}} 没有绑定站点和主机：请由采集器的管理员在同一文件夹的 bindings.json 中写明',
  'the secret {{name}} is not for devices without a site: bindings.json names its sites':
    '密钥 {{name}} 不供没有站点的设备使用：bindings.json 写明了它的站点',
  'the secret {{name}} is not for site {{site}}: bindings.json names its sites':
    '密钥 {{name}} 不供站点 {{site}} 使用：bindings.json 写明了它的站点',
  'the secret {{name}} is not for {{server}}, only for {{known}}: bindings.json names its hosts':
    '密钥 {{name}} 不供 {{server}} 使用，只供 {{known}}：bindings.json 写明了它的主机',
  '{{path}} cannot be read: {{why}}': '无法读取 {{path}}：{{why}}',
  'it is no JSON': '不是 JSON',
  '{{path}} is not opened as a serial line: it begins with none of {{known}} (SERIAL_PATHS)':
    '{{path}} 不作为串口打开：路径须以 {{known}} 之一开头（SERIAL_PATHS）',
  'there is no secret {{name}}: this collector has none': '没有密钥 {{name}}：此采集器没有任何密钥',
  'the secret {{name}} cannot be had: {{why}}': '无法取得密钥 {{name}}：{{why}}',
  'this collector has no secrets: name a folder with a file of that name in DEVICE_SECRETS':
    '此采集器没有密钥：请用 DEVICE_SECRETS 指定含有同名文件的文件夹',
  'that is no name of a secret': '密钥名称无效',
  '{{path}}: there is no such file. Put the value into that file on every collector that may read the device':
    '{{path}}：没有此文件。请在每个可能读取该设备的采集器上将密钥写入此文件',
  '{{path}}: it has more than {{count}} bytes. Put the value into that file on every collector that may read the device':
    '{{path}}：超过 {{count}} 字节。请在每个可能读取该设备的采集器上将密钥写入此文件',
  '{{path}}: {{error}}. Put the value into that file on every collector that may read the device':
    '{{path}}：{{error}}。请在每个可能读取该设备的采集器上将密钥写入此文件',
  '{{path}} is empty': '{{path}} 为空',
  'tls.cert is no certificate that can be used ({{code}})': 'tls.cert 不是可用的证书（{{code}}）',
  'tls.key is no key that can be used ({{code}})': 'tls.key 不是可用的私钥（{{code}}）',
  'tls.key is not the key of tls.cert ({{code}})': 'tls.key 与 tls.cert 不匹配（{{code}}）',

  'connect ECONNREFUSED {{address}}': '连接 {{address}} 被拒绝（ECONNREFUSED）',
  'connect ETIMEDOUT {{address}}': '连接 {{address}} 超时（ETIMEDOUT）',
  'connect EHOSTUNREACH {{address}}': '无法到达 {{address}}（EHOSTUNREACH）',
  'connect ENETUNREACH {{address}}': '没有通往 {{address}} 的网络（ENETUNREACH）',
  'connect EADDRNOTAVAIL {{address}}': '无法连接 {{address}}（EADDRNOTAVAIL）',
  'getaddrinfo ENOTFOUND {{host}}': '找不到主机名 {{host}}（ENOTFOUND）',
  'getaddrinfo EAI_AGAIN {{host}}': '暂时无法解析主机名 {{host}}（EAI_AGAIN）',
  '{{call}} ECONNRESET': '连接被对方重置（ECONNRESET）',
  '{{call}} ETIMEDOUT': '连接超时（ETIMEDOUT）',
  '{{call}} EPIPE': '连接已被对方关闭（EPIPE）',
  'self-signed certificate': '证书为自签名',
  'self-signed certificate in certificate chain': '证书链中有自签名证书',
  'unable to verify the first certificate': '无法验证证书',
  'certificate has expired': '证书已过期',

  'takes {{count}}, and the largest block that is read of the device has {{most}} {{unit}} ({{setting}})':
    '长度为 {{count}}，而设备单次最多读取 {{most}} 个{{unit}}（{{setting}}）',
  wider_than_device_limit: '超过设备单次最大读取数量',
  'is longer than the largest read of the device': '超过设备单次最大读取数量',
  '{{setting}} {{most}}: it refuses to read more at once': '{{setting}} {{most}}：设备拒绝一次读取更多',
  'and {{count}} more': '另有 {{count}} 项',
  'holds NaN, which is no value': '其值为 NaN，不是数值',
  'holds infinity, which is no value': '其值为无穷大，不是数值',
  'the answer ends before it': '应答在此之前已结束',
  'holds a digit above 9, which BCD does not have': '含有大于 9 的数字，不是 BCD 码',
  'holds no text in its encoding': '内容不是其编码的文本',
  'holds no time of the years 0 to 9999': '内容不是公元 0 至 9999 年间的时间',
  'outside its valid range, or unknown to its enumeration': '超出有效范围，或不在枚举之中',
  'this point has one value, not a list': '此点位只有一个值，不是列表',
  'points of this protocol cannot be written': '此协议的点位不能写入',
  'its protocol writes nothing': '其协议不能写入',
  'its protocol cannot be subscribed to': '其协议不能订阅',

  'the collector holds no lease at present': '采集器目前没有租约',
  'the collector has lost its lease': '采集器已失去租约',
  'the collector is ending': '采集器正在退出',
  'the lease of the collector might have ended before the answer': '采集器的租约可能在应答之前到期',
  "writing may take {{ms}} ms, and the collector's lease is certain for {{most}} ms: try again, or give the device a shorter timeout_ms or the collectors a longer LEASE_TTL_MS":
    '写入可能需要 {{ms}} 毫秒，而采集器的租约只能保证 {{most}} 毫秒：请重试，或缩短设备的 timeout_ms，或延长采集器的 LEASE_TTL_MS',
  'its turn came too late for the {{ms}} ms that it was given': '轮到它时，给定的 {{ms}} 毫秒已不够',
  'the {{ms}} ms for it were over': '给定的 {{ms}} 毫秒已到',
  'its turn was given back': '请求已放弃',
  '{{place}} is not marked writable': '{{place}} 未标记为可写',
  'the time of the test was over': '测试时间已到',
  'the time is over': '时间已到',
  'its turn did not come in the time of the test: others keep its endpoint busy':
    '测试时间内没有轮到它：其端点一直被其他请求占用',
  'no request was sent: polling has stopped': '未发送请求：采集已停止',
  'no request was sent: the session is not held any more': '未发送请求：会话已不由此采集器持有',
  'no request was sent: whoever wanted it has stopped': '未发送请求：请求方已停止',
  'the session was lost while its device was asked': '请求设备期间失去了会话',
  'another loop reads this device by now': '此设备已由另一个循环读取',
  'the next tick is another configuration’s': '下一采样周期已属于另一配置版本',
  'its configuration snapshot has no point {{point}}': '其配置快照中没有点位 {{point}}',
  'its configuration snapshot is of another device': '其配置快照属于另一台设备',
  'configuration snapshot {{snapshot}} has no device {{device}}':
    '配置快照 {{snapshot}} 中没有设备 {{device}}',
  'configuration snapshot {{snapshot}} is missing in TASK_CONFIGS':
    'TASK_CONFIGS 中缺少配置快照 {{snapshot}}',
  'configuration snapshot {{snapshot}} is damaged in TASK_CONFIGS':
    'TASK_CONFIGS 中的配置快照 {{snapshot}} 已损坏',
  'configuration snapshot {{snapshot}} is not what its name says': '配置快照 {{snapshot}} 与其名称不符',
  'there is no protocol {{protocol}} here; known: {{known}}':
    '此版本没有协议 {{protocol}}；可用的有：{{known}}',
  '{{protocol}} has no mode {{mode}}': '{{protocol}} 没有 {{mode}} 模式',

  'not read in time: the reading before it, or others on the same endpoint, took longer than the period of {{ms}} ms':
    '未及时读取：上一次读取或同一端点上的其他读取超过了 {{ms}} 毫秒的周期',
  'the collector had no time for it: what came meanwhile is told with a later tick':
    '采集器来不及处理：其间收到的数据随后续采样上报',
  'its source has not answered yet': '数据源尚未应答',
  'the driver has ended its watch': '驱动已结束订阅',
  '{{count}} values were left out: a tick takes {{most}}, then the last one of each point. Have the device publish less often, or shorten its period':
    '舍弃了 {{count}} 个数值：每次采样最多 {{most}} 个，其后只保留各点位的最后一个。请降低设备的发布频率，或缩短采集周期',
  'what it told was lost before the broker took it: its source is asked for it again. Bring NATS back or raise SAMPLE_BUFFER_MAX and SPOOL_MAX_BYTES':
    '数据在 NATS 接收前丢失，将向数据源重新索取。请恢复 NATS，或增大 SAMPLE_BUFFER_MAX 和 SPOOL_MAX_BYTES',
  'the lease of the collector ran out, since NATS did not confirm it in time or the collector stood still: it read nothing until it held the lease again':
    '采集器的租约到期（NATS 未及时确认，或采集器停顿）：重新持有租约之前没有读取',
  'the broker did not take samples for longer than the buffer of the collector could hold':
    'NATS 不接收采样的时间过长，采集器的缓存已满',
  'a sample of device {{device}} has {{count}} bytes and may have {{most}} at most: raise {{bound}}, or spread its points over several tasks':
    '设备 {{device}} 的一条采样有 {{count}} 字节，最多 {{most}} 字节：请增大 {{bound}}，或将其点位分到多个任务',
  'a sample of device {{device}} has {{count}} bytes and may have {{most}} at most: spread its points over several tasks':
    '设备 {{device}} 的一条采样有 {{count}} 字节，最多 {{most}} 字节：请将其点位分到多个任务',
  'a sample of device {{device}} has {{count}} bytes and may have fewer: raise {{bound}}, or spread its points over several tasks':
    '设备 {{device}} 的一条采样有 {{count}} 字节，过大：请增大 {{bound}}，或将其点位分到多个任务',
  'a sample of device {{device}} has {{count}} bytes and may have fewer: spread its points over several tasks':
    '设备 {{device}} 的一条采样有 {{count}} 字节，过大：请将其点位分到多个任务',
  'time limit': '已到运行时限',
  '{{endpoint}} unit {{unit}}': '{{endpoint}} 站号 {{unit}}',
} as const;
