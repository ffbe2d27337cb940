import type { Device } from '@holdfast/driver/device.ts';
import type { DevicePlan, DueGroups } from '@holdfast/driver/driver.ts';
import type { PointValue } from '@holdfast/driver/point.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { Command, Group } from '@holdfast/driver/requests.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import { rawNumber } from '@holdfast/driver/values/raw-value.ts';
import type { MqttConnection, MqttPlace } from '../layout/connection.ts';
import { mqttText } from '../texts.ts';
import { TopicRoutes } from './topic-routes.ts';

/** All subscriptions of a device: the broker is asked once for all of them. */
export interface MqttGroup extends Group {
  readonly routes: TopicRoutes;
}

export interface MqttCommand extends Command {
  readonly topic: string;
  readonly payload: string;
}

export function mqttPlan(_device: Device<MqttConnection, MqttPlace>, list: PointList<MqttPlace>): DevicePlan {
  const groupsByDue = new Map<readonly number[], DueGroups>();
  return {
    groups(due) {
      const cached = groupsByDue.get(due);
      if (cached) return cached;
      const dueGroups = { groups: due.length === 0 ? [] : [groupOf(list, due)], unread: [], missing: [] };
      groupsByDue.set(due, dueGroups);
      return dueGroups;
    },
    command: (point, value) => commandOf(list, point, value),
  };
}

function groupOf(list: PointList<MqttPlace>, due: readonly number[]): MqttGroup {
  const routes = list.once(`routes ${due.join()}`, () => new TopicRoutes(list, due));
  return {
    key: 'subscriptions',
    values: routes.values,
    routes,
    inWords: () => mqttText('topics', { topics: routes.filters.join(', ') }),
    describe: () => ({ topic: routes.filters.join(', ') }),
  };
}

function commandOf(list: PointList<MqttPlace>, point: number, value: PointValue): MqttCommand | FieldProblem {
  const listedPoint = list.points[point];
  if (!listedPoint) throw new RangeError(`the device has no point ${point}`);
  const { address, ...meaning } = listedPoint;
  const { command_topic: topic, command_payload: template } = address;
  if (topic === undefined) {
    return { field: 'writable', message: mqttText('no_command_topic') };
  }
  let text: string;
  if (meaning.data_type === 'string') text = String(value);
  else if (meaning.data_type === 'bool') {
    if (typeof value !== 'boolean')
      return {
        field: 'value',
        message: driverText('neither_true_nor_false', { value: JSON.stringify(value) }),
      };
    text = String(value);
  } else {
    const raw = rawNumber(meaning, value);
    if (!raw.ok) return raw.problem;
    text = String(raw.raw);
  }
  const inserted = JSON.stringify(text).slice(1, -1);
  // A function, because `$` would have a meaning of its own in a replacement text.
  const payload = template === undefined ? text : template.replaceAll('$value', () => inserted);
  return { sent: [text], topic, payload };
}
