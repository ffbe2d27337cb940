import type { ChangeOp } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { VersionItem } from '@holdfast/shared/contracts/http/task-versions-http.ts';
import { type Columns, itemView } from '../change-sets/item-view.ts';
import type { TaskContent } from '../task-snapshot.ts';

type Kind = VersionItem['kind'];

interface Thing {
  readonly kind: Kind;
  readonly id: number;
  readonly code: string;
  readonly deviceCode: string | null;
  readonly protocol: string | null;
  readonly columns: Columns;
}

/** Lists how two contents of a task differ: the task first, then its devices and their points. */
export function versionDiff(from: TaskContent, to: TaskContent): VersionItem[] {
  const [was, became] = [thingsOf(from), thingsOf(to)];
  const keys = new Set([...was.keys(), ...became.keys()]);
  return [...keys].flatMap((key): VersionItem[] => {
    const [before, after] = [was.get(key), became.get(key)];
    const thing = after ?? before;
    if (!thing) return [];
    const op: ChangeOp = !before ? 'created' : !after ? 'deleted' : 'changed';
    const { columns: _, ...about } = thing;
    const item = itemView({
      ...about,
      no: 0,
      op,
      before: before?.columns ?? {},
      after: after?.columns ?? {},
    });
    if (op === 'changed' && Object.keys(item.fields).length === 0) return [];
    return [{ ...item, id: thing.kind === 'point' ? null : thing.id }];
  });
}

function thingsOf({
  task_id,
  task_code,
  task_name,
  devices,
  ...task
}: TaskContent): ReadonlyMap<string, Thing> {
  const { schema_version: _, ...fields } = task;
  const common = { deviceCode: null, protocol: null };
  const whole: Thing = {
    ...{ kind: 'task', id: Number(task_id), code: task_code, ...common },
    columns: { code: task_code, name: task_name, required_labels: {}, ...fields },
  };
  return new Map([
    ['task', whole] as const,
    ...devices.map(({ points: _points, id, ...device }) => {
      const { code, protocol } = device;
      const thing: Thing = {
        kind: 'device',
        id: Number(id),
        code,
        deviceCode: code,
        protocol,
        columns: device,
      };
      return [`device ${id}`, thing] as const;
    }),
    ...devices.flatMap(({ id, code: deviceCode, protocol, points }) =>
      points.map(({ ...columns }) => {
        const thing: Thing = { kind: 'point', id: 0, code: columns.code, deviceCode, protocol, columns };
        return [`point ${id} ${columns.code}`, thing] as const;
      }),
    ),
  ]);
}
