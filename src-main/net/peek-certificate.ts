import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';

/** The longest that an explanation of a failure may take. */
const limitMs = 5_000;

/**
 * Reads who issued the certificate of a host that was not trusted, over a connection of its own: the one that failed
 * is gone, and none that is verified can be had. Nothing is ever sent over it and it goes to nobody: it is destroyed as
 * soon as the certificate has come. Null if there is none to be had in time.
 */
export function peekCertificate(
  target: { readonly host: string; readonly port: number },
  way: { readonly over: Socket } | { readonly lookup: LookupFunction },
  signal: AbortSignal,
): Promise<PeerCertificate | null> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      if ('over' in way) way.over.destroy();
      resolve(null);
      return;
    }
    const socket = connect({
      host: target.host,
      servername: isIP(target.host) === 0 ? target.host : '',
      rejectUnauthorized: false,
      ...('over' in way ? { socket: way.over } : { port: target.port, lookup: way.lookup }),
    });
    const finish = (certificate: PeerCertificate | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(certificate);
    };
    const giveUp = () => finish(null);
    const timer = setTimeout(giveUp, limitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', giveUp);
    socket.once('close', giveUp);
    socket.once('secureConnect', () => {
      const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
      finish(certificate.subject === undefined ? null : (certificate as PeerCertificate));
    });
  });
}
