import { catalogue } from '@holdfast/texts/text.ts';

export const httpText = catalogue('http', {
  request_timeout: {
    en: 'A request has to arrive within 30 s.',
    zh: '请求须在 30 秒内到达。',
  },
  headers_too_large: {
    en: 'All of them together may have 16 KiB.',
    zh: '全部请求头合计不得超过 16 KiB。',
  },
  letters_beyond_ascii_such_as_those: {
    en: 'Letters beyond ASCII, such as those of Chinese codes, must be percent-encoded in its address, as browsers do: curl -G URL --data-urlencode NAME=VALUE for each part of the query.',
    zh: '地址中的非 ASCII 字符（如中文代码）须按百分号编码，浏览器会自动处理；curl 请对每个查询参数使用 curl -G URL --data-urlencode NAME=VALUE。',
  },
  it_is_no_http_1_1: { en: 'It is no HTTP/1.1.', zh: '不是 HTTP/1.1。' },
  invalid_cursor: {
    en: 'Pass next_cursor of the page before, or leave the cursor out to begin with the first page.',
    zh: '请传入上一页的 next_cursor，或不带游标从第一页开始。',
  },
  item_failed: {
    en: 'If-Match does not have its present version. Read it again, then decide.',
    zh: 'If-Match 不是当前版本。请重新读取后再作决定。',
  },
  item_required: {
    en: 'Read the item first and send its ETag as If-Match, so that no other change is lost.',
    zh: '请先读取对象，并把它的 ETag 作为 If-Match 发送，以免覆盖他人的更改。',
  },
  tried_failed: {
    en: 'Something that this would touch was changed since the dry run of If-Match. Nothing was changed: look at a new dry run, then decide.',
    zh: '自 If-Match 所指的试运行以来，此操作涉及的对象已被更改。没有更改任何内容：请重新试运行后再作决定。',
  },
  tried_required: {
    en: 'Ask for a dry run first ("dry_run": true) and send its ETag as If-Match, so that no other change is lost.',
    zh: '请先试运行（"dry_run": true），并把其 ETag 作为 If-Match 发送，以免覆盖他人的更改。',
  },
  idempotency_key_reused: {
    en: 'Nothing was changed. Take a new key for each command; the same one only to repeat it.',
    zh: '没有任何更改。每个命令请使用新的键；同一个键只用于重复同一命令。',
  },
  words_of_fastify: { en: '{{message}}', zh: '{{message}}' },
  it_is_malformed: { en: 'It is malformed.', zh: '格式不正确。' },
  send_one_json_document_in_utf: {
    en: 'Send one JSON document, in UTF-8, without the keys __proto__ and constructor.',
    zh: '请发送一个 UTF-8 编码的 JSON 文档，不含键 __proto__ 和 constructor。',
  },
  at_most_1_mib_is_taken: {
    en: 'At most 1 MiB is taken, 10 MiB of a list of points and 16 MiB of a change set. Send more in several requests.',
    zh: '最多 1 MiB（点位表 10 MiB，变更集 16 MiB）。更多内容请分几次发送。',
  },
  send_application_json: { en: 'Send application/json.', zh: '请发送 application/json。' },
  the_body_is_not_as_long: {
    en: 'The body is not as long as Content-Length says.',
    zh: '请求体的长度与 Content-Length 不符。',
  },
  the_path_is_not_a_valid: { en: 'The path is not a valid URL path.', zh: '路径不是有效的 URL 路径。' },
  each_id_or_name: {
    en: 'Each id or name in it may have {{most}} characters.',
    zh: '其中每个编号或名称最多 {{most}} 个字符。',
  },
  internal_error: {
    en: 'It is in the log of the API, under the request id of this answer.',
    zh: 'API 的日志以本应答的请求编号记录了它。',
  },
  is_no_call_of_this_api: {
    en: '{{method}} {{path}} is no call of this API; /docs shows all.',
    zh: '{{method}} {{path}} 不是本 API 的调用；全部调用见 /docs。',
  },
  method_not_allowed: { en: '{{path}} takes {{allowed}}.', zh: '{{path}} 只接受 {{allowed}}。' },
  shutting_down: {
    en: 'Nothing was changed. Sessions run on; send it again.',
    zh: '没有任何更改，会话继续运行；请重新发送。',
  },
});
