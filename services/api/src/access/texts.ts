import { catalogue } from '@holdfast/texts/text.ts';

export const accessText = catalogue('access', {
  a_page_elsewhere_may_do_nothing: {
    en: 'A page of {{origin}} may do nothing here with the login of another one: the pages of this API are those of {{own}}{{publicUrl}}.',
    zh: '{{origin}} 的页面不能借用其他网站的登录在此操作：本 API 的页面属于 {{own}}{{publicUrl}}。',
  },
  from_public_url: { en: ' (PUBLIC_URL)', zh: '（PUBLIC_URL）' },
  key_not_from_here: {
    en: "The request came from {{address}}, which is in none of the key's networks. Use it where it was made for, or ask an administrator for another one.",
    zh: '请求来自 {{address}}，不在此密钥允许的网络中。请在其适用的地方使用，或请管理员另建一个。',
  },
  an_unknown_address: { en: 'an unknown address', zh: '未知地址' },
  company_refused: { en: '{{name}}: {{reason}}', zh: '{{name}}：{{reason}}' },
  role_too_low: {
    en: 'This needs the role {{needed}}, and {{role}} is the highest that you have. Ask an administrator for it.',
    zh: '此操作需要角色 {{needed}}，您的最高角色是 {{role}}。可请管理员分配。',
  },
  no_role: { en: 'none', zh: '无' },
  at_most_changes_a_minute: {
    en: 'At most {{perMinute}} changes a minute are taken from you, and what you have saved of ten minutes is used up. Nothing was changed. Try again in {{retryAfterSeconds}} s.',
    zh: '每分钟最多接受您的 {{perMinute}} 次更改，十分钟内的余量已用完。没有任何更改。请在 {{retryAfterSeconds}} 秒后重试。',
  },
  at_most_a_minute_are_taken: {
    en: 'At most {{max}} a minute are taken from you. Try again in {{retryAfterSeconds}} s.',
    zh: '每分钟最多接受您的 {{max}} 个请求。请在 {{retryAfterSeconds}} 秒后重试。',
  },
  key_not_valid: {
    en: 'Send the header Authorization: Bearer hf_… with the whole key as it was shown when it was made.',
    zh: '请发送请求头 Authorization: Bearer hf_…，带上创建时显示的完整密钥。',
  },
  ask_an_administrator_for_a_new: {
    en: 'Ask an administrator for a new one.',
    zh: '请向管理员申请新的密钥。',
  },
  key_needed: {
    en: 'Send the header Authorization: Bearer hf_… with a key of this installation, or log in: at /login in a browser, by POST /api/login/, or with holdfast login.',
    zh: '请发送请求头 Authorization: Bearer hf_…（本系统的密钥），或者登录：浏览器打开 /login，或 POST /api/login/，或 holdfast login。',
  },
  log_in_at_login: {
    en: 'Log in: at /login in a browser, by POST /api/login/, or with holdfast login. For a program an administrator makes a key: POST /api/system/keys/.',
    zh: '请登录：浏览器打开 /login，或 POST /api/login/，或 holdfast login。程序所用的密钥由管理员创建：POST /api/system/keys/。',
  },
  a_web_page_elsewhere: { en: 'A web page elsewhere', zh: '其他网站的页面' },
  the_web_page: { en: 'The web page at {{origin}}', zh: '{{origin}} 的网页' },
  origin_refused: {
    en: '{{page}} had a browser send this. Without a key this machine serves only its own pages and what is typed: open the address by itself, or have the page send a key and name it in API_CORS_ORIGINS.',
    zh: '{{page}}通过浏览器发送了此请求。没有密钥时，本机只接受自己的页面和直接输入的地址：请直接打开该地址，或让该页面发送密钥并在 API_CORS_ORIGINS 中写明它。',
  },
  no_keys_yet: {
    en: 'Make the first key on the machine of the API: {{makeFirstKey}}, or start it with API_BOOTSTRAP_KEY_FILE.',
    zh: '请在 API 所在的机器上创建第一个密钥：{{makeFirstKey}}；或用 API_BOOTSTRAP_KEY_FILE 启动它。',
  },
  operator_known: {
    en: 'X-Operator says {{claimed}}, who is known here and has a key or login of his own: send that, or another name (HOLDFAST_OPERATOR on the command line).',
    zh: 'X-Operator 写的是 {{claimed}}，此人在本系统中已有自己的密钥或登录：请使用那个，或换一个名称（命令行为 HOLDFAST_OPERATOR）。',
  },
  this_concerns_all_sites: { en: 'this concerns all sites', zh: '此操作涉及全部站点' },
  this_concerns_something_at_another_site: {
    en: 'this concerns something at another site, or at none',
    zh: '此操作涉及其他站点或不属于任何站点的对象',
  },
  no_site: { en: 'no site', zh: '无站点' },
  session_at_other_sites: {
    en: 'Session {{sessionId}} also reads devices at {{missing}}, and you may do this at {{granted}} only. Ask someone whose role holds at all of its sites, or an administrator for more sites. To be independent, give your devices a task of their own.',
    zh: '会话 {{sessionId}} 还读取 {{missing}} 的设备，而您只能在站点 {{granted}} 执行此操作。请联系拥有其全部站点权限的人，或请管理员增加站点。若要互不影响，请为您的设备单独建立任务。',
  },
  site_not_granted: {
    en: 'You may do this at {{granted}}, and {{what}}. Ask an administrator for more sites.',
    zh: '您只能在站点 {{granted}} 执行此操作，而{{what}}。可请管理员增加站点。',
  },
  key_not_found: {
    en: 'There is no key with the id or the name {{idOrName}}.',
    zh: '没有 id 或名称为 {{idOrName}} 的密钥。',
  },
  last_administrator_key: {
    en: 'Without it nobody could be sure to make keys any more. Make another one with the role administrator and without networks, for all sites, first.',
    zh: '没有它就不能保证还有人能创建密钥。请先另建一个角色为 administrator、适用于所有站点且不限网络的密钥。',
  },
  key_name_taken: {
    en: 'A key that is of use has the name {{name}} already, perhaps in other letters of case. Choose another name, or revoke that key first.',
    zh: '已有一个有效密钥使用名称 {{name}}（不区分大小写）。请换一个名称，或先吊销那个密钥。',
  },
  first_key_must_be_administrator: {
    en: 'As soon as there is a key nobody gets in without one, but for this machine where API_ANONYMOUS_LOOPBACK is true. Make one with the role administrator first that does not expire and has neither sites nor networks.',
    zh: '一旦有了密钥，没有密钥便无法访问（API_ANONYMOUS_LOOPBACK 为 true 时本机除外）。请先创建一个角色为 administrator、不过期、不限站点和网络的密钥。',
  },
  administrator_exists: {
    en: 'They log in, and make a link for whoever has no password: holdfast users link LOGIN.',
    zh: '请管理员登录，并为没有密码的人生成链接：holdfast users link LOGIN。',
  },
  link_not_valid: {
    en: 'It was used already, is older than a day, or was not copied whole. Ask an administrator for a new one.',
    zh: '链接已用过、超过一天或不完整。请管理员另发一个。',
  },
  user_not_found: {
    en: 'There is nobody with the id or login {{idOrLogin}}.',
    zh: '没有 id 或登录名为 {{idOrLogin}} 的用户。',
  },
  user_disabled: {
    en: 'Let the person in again first: "disabled": false.',
    zh: '请先重新启用此人："disabled": false。',
  },
  has_no_login: { en: '{{login}} has no login {{id}}.', zh: '{{login}} 没有登录 {{id}}。' },
  login_taken: {
    en: 'The login {{login}} belongs or belonged to another person (case is ignored). Choose another one, or enable that person again.',
    zh: '登录名 {{login}} 已被使用或曾被使用（不区分大小写），仍归原主。请换一个，或重新启用那个人。',
  },
  last_administrator: {
    en: '{{login}} is the last person who can log in as an administrator of all sites. Make another one first, who has set a password.',
    zh: '{{login}} 是最后一位能登录的全站点管理员。请先另设一位，并让其设置好密码。',
  },
  login_code_unknown: {
    en: 'No command line waits with this code: it was mistyped, decided already, or is older than ten minutes. Begin again with holdfast login.',
    zh: '没有命令行在等待此代码：输入有误、已经处理过，或已超过十分钟。请用 holdfast login 重新开始。',
  },
  you_have_typed_several_wrong_codes: {
    en: 'You have typed several wrong codes.',
    zh: '您已多次输入错误的代码。',
  },
  this_address_asks_too_often: { en: 'This address asks too often.', zh: '此地址询问过于频繁。' },
  a_command_line_is_let: {
    en: 'A command line is let in by a person who has logged in, not by a key.',
    zh: '只有已登录的用户才能批准命令行，密钥不能。',
  },
  this_came_over_plain_http: {
    en: 'This came over plain HTTP as far as the API knows. Name the proxy in API_TRUSTED_PROXIES, and have it send X-Forwarded-Proto: https.',
    zh: '在 API 看来，此请求经明文 HTTP 到达。请在 API_TRUSTED_PROXIES 中写明代理，并让它发送 X-Forwarded-Proto: https。',
  },
  passwords_and_logins_would_cross: {
    en: 'Passwords and logins would cross the network in the clear. Call the API by https:// (API_TLS_CERT_FILE), or set LOGIN_OVER_HTTP=true where the network is trusted.',
    zh: '否则密码和登录会在网络上明文传输。请通过 https:// 访问 API（API_TLS_CERT_FILE）；若网络可信，可设置 LOGIN_OVER_HTTP=true。',
  },
  a_login_in_a_cookie_changes: {
    en: 'A login in a cookie changes things only for pages of {{own}}, and the header Origin says of none.',
    zh: '浏览器中的登录只能由 {{own}} 的页面用来更改内容，而此请求没有请求头 Origin。',
  },
  fresh_authentication_needed: {
    en: 'Show once more who you are (POST /api/login/again/), and send this again within 5 minutes.',
    zh: '请再次确认您的身份（POST /api/login/again/），并在 5 分钟内重新发送。',
  },
  logins_unavailable: {
    en: 'Nobody can look up logins before the message broker is back. Sessions that run go on, and yours is not ended by this.',
    zh: '消息服务恢复之前无法查询登录。采集会话继续运行，您的登录也不会因此结束。',
  },
  login_over: {
    en: 'Log in again: it ended, was revoked, or was not used for too long.',
    zh: '请重新登录：登录已结束、被吊销或太久未使用。',
  },
  cookie_and_key: {
    en: 'Send either the cookie of a login or the header Authorization, so that it is certain who calls.',
    zh: '请只发送登录的 cookie 或请求头 Authorization 之一，以便确定调用者。',
  },
  this_login_has_failed_several_times: {
    en: 'This login has failed several times, from here or elsewhere. It waits longer after each failure.',
    zh: '此登录名（从这里或其他地方）登录已多次失败，每次失败后等待的时间更长。',
  },
  login_failed: {
    en: 'There is no such login, or its password is another one.',
    zh: '没有这个登录名，或密码不对。',
  },
  so_many_logins_were_tried: {
    en: 'So many logins were tried from this address within a minute.',
    zh: '一分钟内从此地址尝试登录的次数过多。',
  },
  try_again_in_s: {
    en: '{{why}} Try again in {{retryAfterSeconds}} s.',
    zh: '{{why}}请在 {{retryAfterSeconds}} 秒后重试。',
  },
  this_is_for_people_who_have: {
    en: 'This is for people who have logged in: POST /api/login/.',
    zh: '此功能供已登录的用户使用：POST /api/login/。',
  },
  this_is_for_a_login: {
    en: 'This is for a login in a cookie. On the command line log in again: holdfast login.',
    zh: '此功能供浏览器中的登录使用。命令行请重新登录：holdfast login。',
  },
  you_have_no_login: { en: 'You have no login {{id}}.', zh: '您没有登录 {{id}}。' },
  too_many_logins: {
    en: 'Passwords are looked at a few at a time, and too many wait already. Try again.',
    zh: '密码每次只能校验几个，目前等待的人过多。请重试。',
  },
  password_login_unavailable: {
    en: 'The API runs on Node {{node}}, which has no argon2 (node:crypto has it from 24.7 on). Start it with the Node of its packages, node_modules/.bin/node; keys and company sign-on work meanwhile.',
    zh: 'API 运行在 Node {{node}} 上，其中没有 argon2（node:crypto 自 24.7 起才有）。请用随软件包安装的 node_modules/.bin/node 启动它；在此之前密钥和企业统一登录仍可使用。',
  },
  company_login_over: {
    en: 'It was begun more than ten minutes ago, has been used, or was begun in another browser. Begin again.',
    zh: '此登录开始于十分钟以前、已用过，或是在另一个浏览器中开始的。请重新开始。',
  },
  company_login_unavailable: {
    en: '{{name}} does not answer. Whoever has a password here logs in with it meanwhile; logins that are open go on.',
    zh: '{{name}} 没有应答。在此期间，有密码的人可以用密码登录；已打开的登录不受影响。',
  },
  refusal_declined: {
    en: 'It was broken off there, or you may not use this application. Whoever administers it there can say why.',
    zh: '登录在那里中断，或您无权使用此应用。原因请询问其管理人员。',
  },
  refusal_not_valid: {
    en: 'Its answer does not belong to this login, or was used before. Begin again.',
    zh: '其应答不属于此次登录，或已用过。请重新开始。',
  },
  refusal_clock: {
    en: 'Its clock and that of this installation differ by more than a minute. An administrator has to set them right.',
    zh: '其时钟与本系统相差超过一分钟，须由管理员校正。',
  },
  refusal_set_up: {
    en: 'It is not set up right, there or here. The log of the API tells an administrator what is wrong.',
    zh: '那里或这里的设置不正确，API 的日志会告诉管理员哪里不对。',
  },
  your_user_is_disabled: {
    en: 'Your user is disabled in this installation. Ask an administrator.',
    zh: '您在本系统中已被停用，请联系管理员。',
  },
  or_another: { en: ' or another of {{count}}', zh: ' 或其他（共 {{count}} 个）' },
  knows_you_as_and_nothing: {
    en: '{{name}} knows you as {{who}}, and nothing in {{claim}} gives you rights here. Ask whoever administers it there for one of: {{list|; }}{{more}}.',
    zh: '{{name}} 中您是 {{who}}，但 {{claim}} 中没有任何值在此给您权限。请向其管理人员申请以下之一：{{list|；}}{{more}}。',
  },
  knows_you_as_but_does: {
    en: '{{name}} knows you as {{who}}, but does not tell {{claim}}, by which rights are given here. Ask whoever administers it there to send {{claim}} to this application, or for one of: {{list|; }}{{more}}.',
    zh: '{{name}} 中您是 {{who}}，但它没有给出 {{claim}}，而此处的权限以它为准。请其管理人员向此应用发送 {{claim}}，或申请以下之一：{{list|；}}{{more}}。',
  },
  knows_you_as_and_leaves_out: {
    en: '{{name}} knows you as {{who}}, and leaves {{claim}} out because you are in too many groups. Ask whoever administers it there to send only those assigned to this application, or its roles.',
    zh: '{{name}} 中您是 {{who}}，因您所在的组太多，它没有给出 {{claim}}。请其管理人员只发送分配给此应用的组，或改用应用角色。',
  },
  company_login_not_set_up: {
    en: 'Log in with a password. docs/sign-on.md says how an administrator sets up the company sign-on (OIDC_ISSUER).',
    zh: '请用密码登录。管理员如何设置企业统一登录（OIDC_ISSUER）见 docs/sign-on.zh-CN.md。',
  },
  only_a_login_that_is_there: {
    en: 'Only a login that is there can be made fresh. Log in first.',
    zh: '只有已有的登录才能重新认证。请先登录。',
  },
  somebody_else_logged_in_there: {
    en: 'Another person logged in there, or the login to be renewed has ended. Log out, and log in again.',
    zh: '在那里登录的是另一个人，或要重新认证的登录已结束。请退出后重新登录。',
  },
});
