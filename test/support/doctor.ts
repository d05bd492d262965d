import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHTTP } from 'node:http';
import { createServer as createTLSServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { runDoctor } from '../../lib/cli/doctor';
import type { LocalProvider } from 'passport-loginwith/provider';
import { createCertificate } from '../bench/faults/certificates';

/** Random enough to be in no sentence. */
export const sessionSecret = 'kT4vQ9zR1mX7cW2pL8hJ5nB3sD6fG0yA';

export interface Patient {
  /** Variables of the process. */
  env?: Record<string, string | undefined>;
  args?: string[];
  /** Files of the folder, by name. */
  files?: Record<string, string | Buffer>;
  /** One that is there already, and stays. */
  folder?: string;
  nodeVersion?: string;
  now?: () => number;
}

export interface Check {
  id: string;
  subject: string;
  status: 'ok' | 'warning' | 'problem' | 'not_checked';
  checked: string;
  found: string;
  advice: string | null;
}

export interface Diagnosis {
  code: number;
  text: string;
  checks: Check[];
  /** Those with a problem or a warning, as `id: status`. */
  bad: string[];
  find: (id: string, subject?: string) => Check | undefined;
}

/** Runs the doctor twice, for its text and its JSON, and makes sure that no secret is in either of them. */
export async function diagnose(patient: Patient): Promise<Diagnosis> {
  const { env = {}, args = [], files = {}, nodeVersion, now } = patient;
  const folder = patient.folder ?? mkdtempSync(join(tmpdir(), 'doctor-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const surroundings = { env, folder, nodeVersion: nodeVersion ?? process.version, now: now ?? Date.now };
  const run = async (...more: string[]) => {
    let stdout = '';
    const line = { stdout: (text: string) => (stdout += text), stderr: fail, stopped: Promise.resolve() };
    const code = await runDoctor([...args, ...more], line, surroundings);
    return { code, stdout };
  };
  try {
    const [printed, json] = [await run(), await run('--json')];
    expect(json.code).toBe(printed.code);
    for (const secret of secretsOf(env, args, Object.values(files).join('\n'))) {
      expect(printed.stdout).not.toContain(secret);
      expect(json.stdout).not.toContain(secret);
    }
    const { checks } = JSON.parse(json.stdout) as { checks: Check[] };
    const bad = checks.filter(({ status }) => status === 'problem' || status === 'warning');
    return {
      code: printed.code,
      text: printed.stdout,
      checks,
      bad: bad.map(({ id, status }) => `${id}: ${status}`),
      find: (id, subject) =>
        checks.find((each) => each.id === id && (subject === undefined || each.subject === subject)),
    };
  } finally {
    if (patient.folder === undefined) rmSync(folder, { recursive: true });
  }
}

function fail(text: string): never {
  throw new Error(`nothing belongs on stderr: ${text}`);
}

/** The values that look or are named like a secret, without the quotes and blanks of mistakes. */
function secretsOf(env: NonNullable<Patient['env']>, args: string[], file: string): string[] {
  const named = Object.entries(env).flatMap(([name, value]) => (/SECRET/.test(name) ? [value ?? ''] : []));
  const inFile = [...file.matchAll(/SECRET\w* *= *(.*)$/gm)].map(([, value = '']) => value);
  const optionAt = args.indexOf('--app-secret');
  const given = optionAt === -1 ? [] : [args[optionAt + 1] ?? ''];
  const random = [...Object.values(env), ...args, file].join('\n').match(/[0-9a-f]{32}/g) ?? [];
  const texts = [...named, ...inFile, ...given].map((text) => text.replace(/^[\s"'“]+|[\s"'”]+$/g, ''));
  // What is a number may be the app id.
  return [...texts, ...random].filter((text) => text.length >= 6 && !/^\d+$/.test(text));
}

/** The variables of an app that is set up well. */
export function envFor(provider: LocalProvider, prefix = 'PIMBUZZ'): Record<string, string> {
  const { appId, appSecret } = provider.apps[0]!;
  return {
    [`${prefix}_URL`]: provider.url,
    [`${prefix}_APP_ID`]: appId,
    [`${prefix}_APP_SECRET`]: appSecret,
    SESSION_SECRET: sessionSecret,
  };
}

/** Leads every name below `test`, and the real sites, to this machine. */
export function resolveTestNames(): void {
  const lookup = dns.lookup;
  const here = (name: string) => (/(?:^|\.)test$|^(?:pimbuzz|lookloox)\.com$/.test(name) ? '127.0.0.1' : name);
  const replaced = (name: string, ...rest: never[]) => (lookup as (...all: unknown[]) => void)(here(name), ...rest);
  jest.spyOn(dns, 'lookup').mockImplementation(replaced as never);
  const lookupPromise = dnsPromises.lookup;
  jest.spyOn(dnsPromises, 'lookup').mockImplementation((name: string) => lookupPromise(here(name), { family: 4 }));
}

/** What a proxy with TLS changes of the requests and responses on their way. */
export interface TLSProxyOptions {
  /** Host name of the certificate. */
  host?: string;
  /** Whether its clients trust the certificate. */
  isTrusted?: boolean;
  /** In days from now. */
  validUntil?: number;
  /** In days from now; long ago if absent. */
  validFrom?: number;
  request?: (headers: Record<string, string>) => void;
  /** One value of `Set-Cookie`. */
  cookie?: (cookie: string) => string;
}

const opened: (() => Promise<unknown>)[] = [];
const trusted: string[] = [];

/** Puts a proxy with TLS before a server, which tells it scheme and host in `X-Forwarded-*`. */
export async function openTLSProxy(url: string, options: TLSProxyOptions = {}): Promise<string> {
  const {
    host = 'localhost',
    isTrusted = true,
    validUntil = 30,
    validFrom = -100,
    request,
    cookie = (each) => each,
  } = options;
  const day = 24 * 60 * 60_000;
  const certificate = createCertificate(host, Date.now() + validFrom * day, Date.now() + validUntil * day);
  if (isTrusted) trust(certificate.cert);
  const server = createTLSServer(certificate, (req, res) => {
    const headers = {
      ...(req.headers as Record<string, string>),
      'x-forwarded-proto': 'https',
      'x-forwarded-host': req.headers.host ?? '',
    };
    request?.(headers);
    const onward = requestHTTP(url + req.url!, { method: req.method!, headers }, (response) => {
      const cookies = response.headers['set-cookie']?.map(cookie);
      res.writeHead(response.statusCode!, { ...response.headers, ...(cookies && { 'set-cookie': cookies }) });
      response.pipe(res);
    });
    onward.once('error', () => res.destroy());
    req.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    return closed;
  });
  return `https://${host}:${(server.address() as AddressInfo).port}`;
}

/** Makes the clients of this process trust a certificate until `closeProxies`. */
export function trust(certificate: string): void {
  trusted.push(certificate);
  if (jest.isMockFunction(tls.connect)) return;
  const { connect } = tls;
  const replaced = (options: tls.ConnectionOptions) => connect({ ...options, ca: [...trusted] });
  jest.spyOn(tls, 'connect').mockImplementation(replaced as typeof tls.connect);
}

export async function closeProxies(): Promise<void> {
  trusted.length = 0;
  await Promise.all(opened.splice(0).map((close) => close()));
}
