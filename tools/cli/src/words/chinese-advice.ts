/** Chinese advice on problems of the API, by its English. */
export const chineseAdvice = {
  Refused: '被拒绝',
  '  … and {{more}} more': '  …… 另有 {{more}} 处',
  'Request {{number}}': '请求编号 {{number}}',
  'Try again in {{seconds}} s.': '请在 {{seconds}} 秒后重试。',
  'The list: {{command}}': '列表：{{command}}',

  'Log in: holdfast login. A program needs a key: HOLDFAST_API_KEY_FILE names a file that holds one.':
    '请登录：holdfast login。程序需要密钥：用 HOLDFAST_API_KEY_FILE 指定存放密钥的文件。',
  'Use a key with a higher role: viewer < operator < engineer < administrator.':
    '请使用角色更高的密钥：viewer < operator < engineer < administrator。',
  'The list commands show what there is.': '用 list 命令可以查看现有的对象。',
  'Wait a little, and ask less often.': '请稍候，并降低请求频率。',
  'This is a fault of the service; its log has the request under the number above.':
    '这是服务自身的故障，其日志以上述编号记录了该请求。',
  'Nothing is lost. Try again when the dependency is back; /health/ready of the API names it.':
    '没有丢失任何数据。请在所依赖的服务恢复后重试；API 的 /health/ready 会指出是哪个服务。',
  'A session is named by its task and run, as 7-3: holdfast sessions list':
    '会话编号由任务编号和运行次数组成，如 7-3：holdfast sessions list',
  'The list: holdfast tasks list': '列表：holdfast tasks list',
  'The list: holdfast devices list': '列表：holdfast devices list',
  'The list: holdfast points list': '列表：holdfast points list',
  'The list: holdfast collectors list': '列表：holdfast collectors list',
  'The list: holdfast quarantine list': '列表：holdfast quarantine list',
  'The list: holdfast keys list': '列表：holdfast keys list',
  'Those there are: holdfast users list': '现有用户：holdfast users list',
  'Look at how things are now (show) and decide again.': '请先查看现状（show），再作决定。',
  'By force: --force.': '强制执行：--force。',
  'Start it all the same with --validate warn or --validate skip.':
    '如仍要启动，请加 --validate warn 或 --validate skip。',
  'holdfast export shows the configuration: put `writable: true` to the point, and bring it in again with holdfast import.':
    '用 holdfast export 导出配置，为该点位加上 `writable: true`，再用 holdfast import 导入。',
  'holdfast import brings in points; holdfast export shows the form.':
    '用 holdfast import 导入点位；格式见 holdfast export。',
  'holdfast import changes tasks and devices; holdfast export shows them.':
    '用 holdfast import 更改任务和设备；现有配置见 holdfast export。',
  'holdfast import changes tasks: holdfast export shows them, with `enabled`.':
    '用 holdfast import 更改任务；现有任务（含 `enabled`）见 holdfast export。',
  'An administrator makes a new link: holdfast users link USER':
    '请管理员生成新的链接：holdfast users link USER',
  'To let the person in again: holdfast users enable USER': '重新启用：holdfast users enable USER',
  'Another one: holdfast users create USER --role administrator':
    '另设一位：holdfast users create USER --role administrator',
  'An administrator makes keys for more sites: holdfast keys create NAME --role ROLE@SITE,SITE':
    '请管理员创建适用于更多站点的密钥：holdfast keys create NAME --role ROLE@SITE,SITE',
  'An administrator makes keys for other places: holdfast keys create NAME --role ROLE --network CIDR':
    '请管理员创建可在其他网络使用的密钥：holdfast keys create NAME --role ROLE --network CIDR',
  'Log in once more, and repeat the command within five minutes: holdfast login':
    '请重新登录，并在五分钟内重复此命令：holdfast login',
  'Begin again: holdfast login': '请重新开始：holdfast login',
  'On the machine of the API: holdfast keys create admin --role administrator':
    '在 API 所在的机器上执行：holdfast keys create admin --role administrator',

  'The API does nothing without a login or a key, and there is none.':
    'API 要求登录或密钥，而这里两者都没有。',
  'It was ended, or it was not used for too long.': '登录已被结束，或太久未使用。',
  'What HOLDFAST_API_KEY_FILE (or HOLDFAST_API_KEY) holds is no key of this installation, or not all of it.':
    'HOLDFAST_API_KEY_FILE（或 HOLDFAST_API_KEY）中的内容不是本系统的密钥，或不完整。',
  'The first key is made there, and then used everywhere.': '第一个密钥须在那里创建，之后各处均可使用。',
  'As soon as there is a key nobody gets in without one. Make one with --role administrator first, without --expires, sites and --network.':
    '一旦有了密钥，没有密钥的人便无法访问。请先用 --role administrator 创建一个，不带 --expires、站点和 --network。',
} as const;
