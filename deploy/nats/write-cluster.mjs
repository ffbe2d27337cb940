// Makes the nodes of NATS one cluster: writes cluster.conf, which each of them includes (nats-cluster.conf).
import { join } from 'node:path';
import { replaceFile } from '../../packages/shared/src/identities/replace-file.ts';

const routePort = 6222;

/**
 * Lets nodes notice within 15 s that they do not hear each other. By default a node takes up to 90 s, and until then it
 * refuses new connections from nodes that have noticed: once the network has healed, it hears only part of what they say,
 * and deposes leaders again and again.
 */
export const pingsOfRoutes = ['  ping_interval: "5s"', '  ping_max: 2'];

/**
 * @param {string} root folder of all secrets
 * @param {object} cluster
 * @param {readonly string[]} cluster.nodes host names by which the nodes reach each other
 * @param {string} cluster.password letters and digits; whoever has it can join
 */
export async function writeCluster(root, { nodes, password }) {
  if (nodes.length < 3)
    throw new Error('NATS_CLUSTER_NODES: two of three nodes decide, so there must be three');
  const routes = nodes.map((node) => `    "nats-route://route:${password}@${node}:${routePort}"`);
  const lines = [
    'cluster {',
    '  name: holdfast',
    `  listen: "0.0.0.0:${routePort}"`,
    // Clients know all nodes by name. Nodes know each other by addresses of containers, which do not last.
    '  no_advertise: true',
    ...pingsOfRoutes,
    `  authorization { user: route, password: "${password}", timeout: 5 }`,
    '  routes: [',
    ...routes,
    '  ]',
    // The same as for clients: nothing, or TLS. The path is relative to this file's folder, as in every include.
    '  include "../tls.conf"',
    '}',
    '',
  ];
  await replaceFile(join(root, 'nats/cluster.conf'), lines.join('\n'), 0o440);
}
