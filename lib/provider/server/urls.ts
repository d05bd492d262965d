import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { parseURL, trimSlashes } from '../../internal/urls.js';
import type { SiteConditions } from '../options.js';

/** Where the site is: its configured URL, and where it listens. */
export interface SiteAddress {
  /** Where the provider listens; set by whoever makes it listen, undefined while it is mounted in an app. */
  listeningURL: string | undefined;
  /** The configured URL, else the one where it listens; undefined when both are unknown. */
  ownURL(): string | undefined;
  /** Base URL of the site as this caller should use it, without a slash at its end. */
  urlFor(req: IncomingMessage): string;
  /**
   * Whether a request was sent to another scheme or host than the site's own. A provider without a configured URL may
   * be called by any name of this machine, but on its own port.
   */
  isElsewhere(req: IncomingMessage): boolean;
  /**
   * Whether no page of another site can send a request with this `Host`: it is the site's own name, a name of this
   * machine, or an address, on a provider that other machines may reach. Any other name may be another site's, whose
   * DNS leads here (DNS rebinding): for the browser, its pages and this provider are one site then.
   */
  isTrustedHost(req: IncomingMessage): boolean;
}

export function createSiteAddress(configuredURL: string | undefined): SiteAddress {
  const address: SiteAddress = {
    listeningURL: undefined,
    ownURL: () => configuredURL ?? address.listeningURL,
    urlFor(req) {
      if (configuredURL !== undefined) return configuredURL;
      const { listeningURL } = address;
      return listeningURL === undefined || !address.isElsewhere(req) ? requestURL(req) : listeningURL;
    },
    isElsewhere(req) {
      const own = address.ownURL();
      return own !== undefined && isOtherSite(requestURL(req), own, { anyLocalName: configuredURL === undefined });
    },
    isTrustedHost(req) {
      const hostname = hostnameOf(req);
      if (hostname === undefined) return false;
      const { listeningURL } = address;
      const isOwnName = [configuredURL, listeningURL].some((url) => url && new URL(url).hostname === hostname);
      const isForThisMachine = listeningURL !== undefined && isThisMachine(new URL(listeningURL).hostname);
      return isOwnName || isThisMachine(hostname) || (isAddress(hostname) && !isForThisMachine);
    },
  };
  return address;
}

/**
 * Whether a request comes from this machine, for a name of this machine, and through no proxy that says so. A proxy
 * here that adds no header and speaks HTTP/1.0, as nginx does unless it is told otherwise, is found by that.
 */
export function isFromThisMachine(req: IncomingMessage): boolean {
  const { headers, socket, httpVersion } = req;
  const hostname = headers.host === undefined ? undefined : hostnameOf(req);
  const isLoopback = /^(?:127(?:\.\d+){3}|::1|::ffff:127(?:\.\d+){3})$/.test(socket.remoteAddress ?? '');
  const isForwarded = Object.keys(headers).some((name) => /^(?:via|forwarded|x-forwarded\b.*|x-real-ip)$/.test(name));
  return isLoopback && !isForwarded && httpVersion !== '1.0' && hostname !== undefined && isThisMachine(hostname);
}

/** URL of the uploads folder, without a slash at its end. */
export function uploadsURLOf(siteURL: string, { uploadsURL = '/content/uploads' }: SiteConditions): string {
  return uploadsURL.startsWith('/') ? `${siteURL}${uploadsURL}` : uploadsURL;
}

/** Path of the uploads folder, whichever host it is on, without a slash at its end. */
export function uploadsPath(conditions: SiteConditions): string {
  return trimSlashes(new URL(uploadsURLOf('http://site.invalid', conditions)).pathname);
}

/** A path of this site to go on to, or the home page when the text is anything else. */
export function localPath(text: unknown): string {
  // Browsers drop control characters, and may then read another host; a header holds no characters beyond Latin-1.
  const isPath = typeof text === 'string' && /^\/(?![/\\])[!-[\]-~]*$/.test(text) && text.length <= 2000;
  return isPath ? text : '/';
}

/** Base URL that a request was sent to, as the script sees it. */
function requestURL(req: IncomingMessage): string {
  return `${schemeOf(req)}://${req.headers.host ?? 'localhost'}`;
}

function schemeOf(req: IncomingMessage): 'http' | 'https' {
  const forwarded = req.headers['x-forwarded-proto'];
  const isEncrypted = 'encrypted' in req.socket && req.socket.encrypted === true;
  return isEncrypted || String(forwarded).split(',')[0]?.trim().toLowerCase() === 'https' ? 'https' : 'http';
}

function isOtherSite(requested: string, own: string, { anyLocalName }: { anyLocalName: boolean }): boolean {
  if (requested === own) return false;
  const ownURL = new URL(own);
  const requestedURL = parseURL(requested);
  if (requestedURL === undefined) return true;
  if (ownURL.protocol !== requestedURL.protocol) return true;
  // On its scheme's own port, the script compares the name letter by letter: `:80` or a capital is another host.
  if (ownURL.host === requestedURL.host) return ownURL.port === '' && ownURL.origin !== requested;
  const areBothLocal = isThisMachine(ownURL.hostname) && isThisMachine(requestedURL.hostname);
  return !(anyLocalName && areBothLocal && ownURL.port === requestedURL.port);
}

/** The name or the address in `Host`; undefined when something else is there. */
function hostnameOf({ headers: { host = 'localhost' } }: IncomingMessage): string | undefined {
  const isHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host);
  return isHost ? parseURL(`http://${host}`)?.hostname : undefined;
}

/** Names below `localhost` lead to this machine whatever a DNS server says, so they are nobody else's. */
function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
