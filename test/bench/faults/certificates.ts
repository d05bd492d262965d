import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key and its certificate, both in PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/** The certificates of a run, made anew each time. */
export interface Certificates {
  right: Certificate;
  expired: Certificate;
  wrongHost: Certificate;
  /** Made like the right one, but on no list of those to trust. */
  untrusted: Certificate;
}

const day = 24 * 60 * 60_000;

/** The host names of the fake providers; `*` stands for a label. */
export const certifiedHosts = '*.provider.invalid';

export function createCertificates(): Certificates {
  const now = Date.now();
  const certify = (host: string, ends = now + day) => createCertificate(host, now - 2 * day, ends);
  return {
    right: certify(certifiedHosts),
    expired: certify(certifiedHosts, now - day),
    wrongHost: certify('elsewhere.invalid'),
    untrusted: certify(certifiedHosts),
  };
}

/** What signs certificates. */
export interface Authority extends Certificate {
  /** Its name, encoded. */
  name: Buffer;
}

/** Makes a certificate that signs itself, for a list of those to trust. */
export function createCertificate(host: string, notBefore: number, notAfter: number): Certificate {
  return createSigned(host, [sequence(oid([0x55, 0x1d, 0x11]), hostNames(host))], notBefore, notAfter);
}

/** Makes an authority, which some runtimes demand: they trust no certificate that signs itself. */
export function createAuthority(notBefore: number, notAfter: number): Authority {
  const isAuthority = der(0x01, [0xff]);
  const constraints = sequence(oid([0x55, 0x1d, 0x13]), isAuthority, der(0x04, sequence(isAuthority)));
  return createSigned('authority', [constraints], notBefore, notAfter);
}

/** Makes a certificate that an authority signs. */
export function certify(host: string, authority: Authority, notBefore: number, notAfter: number): Certificate {
  return createSigned(host, [sequence(oid([0x55, 0x1d, 0x11]), hostNames(host))], notBefore, notAfter, authority);
}

/** RFC 5280, 4.1. */
function createSigned(
  subject: string,
  extensions: Buffer[],
  notBefore: number,
  notAfter: number,
  authority?: Authority,
): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSHA256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
  // Unlike for each certificate: OpenSSL looks up those that it trusts by their name.
  const label = `${subject} ${randomBytes(4).toString('hex')}`;
  const name = sequence(der(0x31, sequence(oid([0x55, 0x04, 0x03]), der(0x0c, Buffer.from(label)))));
  const certificate = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSHA256,
    authority?.name ?? name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', certificate, authority?.key ?? privateKey)]);
  const bytes = sequence(certificate, ecdsaWithSHA256, der(0x03, signature));
  return {
    name,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function hostNames(host: string): Buffer {
  return der(0x04, sequence(der(0x82, Buffer.from(host))));
}

function oid(bytes: number[]): Buffer {
  return der(0x06, bytes);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function time(at: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

/** A value in the encoding of certificates: its tag, its length, and its bytes. */
function der(tag: number, value: Buffer | number[]): Buffer {
  const bytes = Buffer.from(value);
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}
