import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { findNearestName } from '../../internal/option-readers.js';
import { errorCodeOf } from '../../internal/unknown-error.js';
import { isLoopback, providers } from '../../providers.js';
import { ok, problem, warning, type Finding } from './findings.js';

const day = 24 * 60 * 60_000;

/** Looks the host up. Nothing is to be said of an address, or of a name of this machine that has one. */
export async function checkDNS({ hostname }: URL, timeout: number): Promise<Finding[]> {
  if (isIP(hostname.replace(/[[\]]/g, '')) !== 0) return [];
  const code = await Promise.race([lookUp(hostname), delay(timeout, 'timeout', { ref: false })]);
  if (code === undefined) return isLoopback(hostname) ? [] : [ok('dns', `${hostname} has one`)];
  const found = `${hostname} has none (${code})`;
  if (code !== 'ENOTFOUND')
    return [problem('dns', found, 'The DNS of this machine does not answer. Check its network and its DNS server.')];
  const nearest = findNearestName(
    hostname,
    Object.values(providers).map(({ baseURL }) => new URL(baseURL).hostname),
  );
  const isKnown = nearest === hostname || `www.${nearest}` === hostname;
  const hint =
    nearest === undefined || isKnown
      ? `Check ${isKnown ? '' : 'how it is written, and '}that this machine has a connection to the internet.`
      : `Did you mean https://${nearest}?`;
  return [problem('dns', found, hint)];
}

async function lookUp(hostname: string): Promise<string | undefined> {
  try {
    await lookup(hostname);
    return undefined;
  } catch (error) {
    return errorCodeOf(error) ?? 'unknown';
  }
}

/** Looks at the certificate. Sends nothing, and says nothing if there is no connection. */
export async function checkCertificate(
  id: 'tls' | 'app-tls',
  url: URL,
  timeout: number,
  now: number,
): Promise<Finding[]> {
  if (url.protocol !== 'https:') return [];
  const found = await readCertificate(url, timeout);
  if (found === undefined) return [];
  const { error, validTo } = found;
  if (error !== undefined) return [problem(id, explainCode(error, url.hostname), adviceFor(error, url.hostname))];
  const days = Math.floor((validTo - now) / day);
  const text = `trusted, for ${days} more ${days === 1 ? 'day' : 'days'}`;
  if (days >= 3) return [ok(id, text)];
  return [
    warning(
      id,
      text,
      `It should have been renewed by now. ${id === 'tls' ? 'Tell whoever runs the site.' : 'Renew it.'}`,
    ),
  ];
}

interface CertificateReading {
  /** The code with which Node refuses it. */
  error: string | undefined;
  validTo: number;
}

function readCertificate(url: URL, timeout: number): Promise<CertificateReading | undefined> {
  const host = url.hostname.replace(/[[\]]/g, '');
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Only looked at: the connection ends before anything is sent.
      rejectUnauthorized: false,
      timeout,
    });
    const end = (reading: CertificateReading | undefined) => {
      socket.destroy();
      resolve(reading);
    };
    socket.once('secureConnect', () => {
      // Typed as an Error, it is the code of one where the chain is at fault.
      const refusal = socket.authorizationError as Error | string | null;
      end({
        error: refusal ? (typeof refusal === 'string' ? refusal : (errorCodeOf(refusal) ?? 'unknown')) : undefined,
        validTo: Date.parse(socket.getPeerCertificate().valid_to),
      });
    });
    socket.once('error', () => end(undefined));
    socket.once('timeout', () => end(undefined));
  });
}

function explainCode(code: string, hostname: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `has expired (${code})`;
    case 'CERT_NOT_YET_VALID':
      return `is not valid yet (${code})`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `is not for ${hostname} (${code})`;
    default:
      return `is signed by nobody whom Node trusts (${code})`;
  }
}

function adviceFor(code: string, hostname: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'Check the date of this machine. If it is right, whoever runs that server has to renew the certificate.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `Use the host name that the site itself uses; perhaps it is ${withOrWithoutWWW(hostname)}.`;
    default:
      return (
        'For a certificate authority of your own, start the app with NODE_EXTRA_CA_CERTS=FILE, or set the option ' +
        '"dispatcher". For a public site, its chain is not complete, or somebody on the way reads along.'
      );
  }
}

/** The other of the two usual names of a site. */
function withOrWithoutWWW(hostname: string): string {
  return hostname.startsWith('www.') ? hostname.slice('www.'.length) : `www.${hostname}`;
}
