// NATS as a container sees it: who is let in, and which certificate it shows.

/** Whether NATS lets this key in, asked from a container. */
export async function isLetIn(at, seed, name) {
  const script = `const { connectNats } = await import('/app/deploy/nats/connection.mjs');
    const log = { info() {}, warn() {}, error() {} };
    const { nc } = await connectNats({ url: 'nats://nats:4222', nkeySeed: '${seed}', name: '${name}', log });
    await nc.close();`;
  try {
    await at.inside('api', 'node', '--input-type=module', '-e', script);
    return true;
  } catch {
    return false;
  }
}

/**
 * Fingerprint of the certificate that is shown there, which `caFile` in the API's container has to vouch for. NATS says a
 * word in plain text before its TLS begins.
 */
export function presentedBy(at, { host, port, caFile, isNats = false }) {
  const script = `const net = require('node:net'), tls = require('node:tls');
    const ca = require('node:fs').readFileSync('${caFile}');
    const socket = net.connect(${port}, '${host}');
    const shake = () => tls.connect({ socket, servername: '${host}', ca }, function () {
      console.log(this.authorized ? this.getPeerCertificate().fingerprint256 : this.authorizationError);
      process.exit(0);
    });
    socket.once(${isNats ? "'data'" : "'connect'"}, shake);
    setTimeout(() => process.exit(1), 10_000);`;
  return at.inside('api', 'node', '-e', script);
}
