/** Advice on problems of the API. */
export const adviceTexts = {
  refused: { en: 'Refused', zh: '被拒绝' },
  and_more_faults: { en: '  … and {{more}} more', zh: '  …… 另有 {{more}} 处' },
  request: { en: 'Request {{number}}', zh: '请求编号 {{number}}' },
  try_again_in_s: { en: 'Try again in {{seconds}} s.', zh: '请在 {{seconds}} 秒后重试。' },
  the_list: { en: 'The list: {{command}}', zh: '列表：{{command}}' },
  log_in_holdfast_login_a_program: {
    en: 'Log in: holdfast login. A program needs a key: HOLDFAST_API_KEY_FILE names a file that holds one.',
    zh: '请登录：holdfast login。程序需要密钥：用 HOLDFAST_API_KEY_FILE 指定存放密钥的文件。',
  },
  use_a_key_with_a_higher: {
    en: 'Use a key with a higher role: viewer < operator < engineer < administrator.',
    zh: '请使用角色更高的密钥：viewer < operator < engineer < administrator。',
  },
  the_list_commands_show_what_there: {
    en: 'The list commands show what there is.',
    zh: '用 list 命令可以查看现有的对象。',
  },
  wait_a_little_and_ask_less: { en: 'Wait a little, and ask less often.', zh: '请稍候，并降低请求频率。' },
  this_is_a_fault: {
    en: 'This is a fault of the service; its log has the request under the number above.',
    zh: '这是服务自身的故障，其日志以上述编号记录了该请求。',
  },
  nothing_is_lost_try_again: {
    en: 'Nothing is lost. Try again when the dependency is back; /health/ready of the API names it.',
    zh: '没有丢失任何数据。请在所依赖的服务恢复后重试；API 的 /health/ready 会指出是哪个服务。',
  },
  a_session_is_named: {
    en: 'A session is named by its task and run, as 7-3: holdfast sessions list',
    zh: '会话编号由任务编号和运行次数组成，如 7-3：holdfast sessions list',
  },
  the_list_holdfast_tasks_list: { en: 'The list: holdfast tasks list', zh: '列表：holdfast tasks list' },
  the_list_holdfast_devices_list: {
    en: 'The list: holdfast devices list',
    zh: '列表：holdfast devices list',
  },
  the_list_holdfast_points_list: { en: 'The list: holdfast points list', zh: '列表：holdfast points list' },
  the_list_holdfast_collectors_list: {
    en: 'The list: holdfast collectors list',
    zh: '列表：holdfast collectors list',
  },
  the_list_holdfast_quarantine_list: {
    en: 'The list: holdfast quarantine list',
    zh: '列表：holdfast quarantine list',
  },
  the_list_holdfast_keys_list: { en: 'The list: holdfast keys list', zh: '列表：holdfast keys list' },
  those_there_are_holdfast_users_list: {
    en: 'Those there are: holdfast users list',
    zh: '现有用户：holdfast users list',
  },
  look_at_how_things_are_now: {
    en: 'Look at how things are now (show) and decide again.',
    zh: '请先查看现状（show），再作决定。',
  },
  by_force_force: { en: 'By force: --force.', zh: '强制执行：--force。' },
  start_it_all_the_same: {
    en: 'Start it all the same with --validate warn or --validate skip.',
    zh: '如仍要启动，请加 --validate warn 或 --validate skip。',
  },
  holdfast_export_shows_the_configuration: {
    en: 'holdfast export shows the configuration: put `writable: true` to the point, and bring it in again with holdfast import.',
    zh: '用 holdfast export 导出配置，为该点位加上 `writable: true`，再用 holdfast import 导入。',
  },
  holdfast_import_brings_in_points: {
    en: 'holdfast import brings in points; holdfast export shows the form.',
    zh: '用 holdfast import 导入点位；格式见 holdfast export。',
  },
  holdfast_import_changes_tasks: {
    en: 'holdfast import changes tasks and devices; holdfast export shows them.',
    zh: '用 holdfast import 更改任务和设备；现有配置见 holdfast export。',
  },
  holdfast_import_changes_tasks_holdfast: {
    en: 'holdfast import changes tasks: holdfast export shows them, with `enabled`.',
    zh: '用 holdfast import 更改任务；现有任务（含 `enabled`）见 holdfast export。',
  },
  an_administrator_makes_a_new_link: {
    en: 'An administrator makes a new link: holdfast users link USER',
    zh: '请管理员生成新的链接：holdfast users link USER',
  },
  to_let_the_person_in_again: {
    en: 'To let the person in again: holdfast users enable USER',
    zh: '重新启用：holdfast users enable USER',
  },
  another_one_holdfast_users_create_user: {
    en: 'Another one: holdfast users create USER --role administrator',
    zh: '另设一位：holdfast users create USER --role administrator',
  },
  an_administrator_makes_keys_for_more: {
    en: 'An administrator makes keys for more sites: holdfast keys create NAME --role ROLE@SITE,SITE',
    zh: '请管理员创建适用于更多站点的密钥：holdfast keys create NAME --role ROLE@SITE,SITE',
  },
  an_administrator_makes_keys_for_other: {
    en: 'An administrator makes keys for other places: holdfast keys create NAME --role ROLE --network CIDR',
    zh: '请管理员创建可在其他网络使用的密钥：holdfast keys create NAME --role ROLE --network CIDR',
  },
  log_in_once_more_and_repeat: {
    en: 'Log in once more, and repeat the command within five minutes: holdfast login',
    zh: '请重新登录，并在五分钟内重复此命令：holdfast login',
  },
  begin_again_holdfast_login: { en: 'Begin again: holdfast login', zh: '请重新开始：holdfast login' },
  on_the_machine_of_the_api: {
    en: 'On the machine of the API: holdfast keys create admin --role administrator',
    zh: '在 API 所在的机器上执行：holdfast keys create admin --role administrator',
  },
  the_api_does_nothing_without: {
    en: 'The API does nothing without a login or a key, and there is none.',
    zh: 'API 要求登录或密钥，而这里两者都没有。',
  },
  it_was_ended: { en: 'It was ended, or it was not used for too long.', zh: '登录已被结束，或太久未使用。' },
  what_holdfast_api_key_file_or_holdfast_api_key: {
    en: 'What HOLDFAST_API_KEY_FILE (or HOLDFAST_API_KEY) holds is no key of this installation, or not all of it.',
    zh: 'HOLDFAST_API_KEY_FILE（或 HOLDFAST_API_KEY）中的内容不是本系统的密钥，或不完整。',
  },
  the_first_key_is_made_there: {
    en: 'The first key is made there, and then used everywhere.',
    zh: '第一个密钥须在那里创建，之后各处均可使用。',
  },
  as_soon_as_there: {
    en: 'As soon as there is a key nobody gets in without one. Make one with --role administrator first, without --expires, sites and --network.',
    zh: '一旦有了密钥，没有密钥的人便无法访问。请先用 --role administrator 创建一个，不带 --expires、站点和 --network。',
  },
} as const;
