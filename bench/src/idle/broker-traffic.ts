/** The broker's counters since its start. */
export interface BrokerTraffic {
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly jetStreamRequests: number;
}

/** @param monitorUrl of nats-server's HTTP monitoring */
export async function brokerTraffic(monitorUrl: string): Promise<BrokerTraffic> {
  const ask = async (path: string): Promise<unknown> => (await fetch(`${monitorUrl}/${path}`)).json();
  const { in_msgs, out_msgs } = (await ask('varz')) as { in_msgs: number; out_msgs: number };
  const { api } = (await ask('jsz')) as { api: { total: number } };
  return { messagesIn: in_msgs, messagesOut: out_msgs, jetStreamRequests: api.total };
}
