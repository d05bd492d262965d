import express from 'express';

/** A mistake of whoever starts the app; its message is all they need to read. */
export class SetUpError extends Error {}

/** One of the two networks, real or local. */
export interface SiteConfig {
  /** Name in paths: `/auth/NAME`. */
  name: 'pimbuzz' | 'lookloox';
  /** What the names of its environment variables begin with. */
  variables: string;
  /** Of the app that is registered at the real site; without them a local one is started. */
  credentials: { appId: string; appSecret: string } | undefined;
  /** Another site on the same script in place of the real one. */
  baseURL: string | undefined;
  /** Where a local one listens. */
  port: number;
  /** How a local one takes the parameters of `authorize`. */
  authorizeMethod: 'GET' | 'POST';
}

export interface ExampleConfig {
  port: number;
  /** Address to listen on; only this machine can connect if absent. */
  host: string | undefined;
  /** Where users open the app, without a slash at its end; this machine's own address if absent. */
  url: string | undefined;
  /** Express' `trust proxy`. */
  trustProxy: number | string | undefined;
  sessionSecret: string | undefined;
  /** Where users and sessions are kept, if not in the embedded database; it may hold a password. */
  databaseURL: string | undefined;
  /** Where sessions are kept, if not in the database; it may hold a password. */
  redisURL: string | undefined;
  sites: SiteConfig[];
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws SetUpError that lists every mistake, and no value that could be secret.
 */
export function readConfig(env: NodeJS.ProcessEnv): ExampleConfig {
  const mistakes: string[] = [];
  const read = (variable: string, isRight: (value: string) => boolean, must: string, isSecret = false) => {
    // A variable that is set to nothing counts as not set.
    const value = env[variable]?.trim() || undefined;
    if (value !== undefined && !isRight(value))
      mistakes.push(`${variable} must ${must}${isSecret ? '' : `, not "${value}"`}.`);
    return value;
  };
  const check = (variable: string, needed: string, advice: string) => {
    if (env[variable]?.trim() && !env[needed]?.trim())
      mistakes.push(`${variable} is set, but ${needed} is not: ${advice}.`);
  };
  const readPort = (variable: string, usual: number) => Number(read(variable, isPort, 'be 0 to 65535') ?? usual);
  const readSite = (variables: string, port: number): Omit<SiteConfig, 'name' | 'authorizeMethod'> => {
    const [id, secret, url] = [`${variables}_APP_ID`, `${variables}_APP_SECRET`, `${variables}_URL`] as const;
    const appId = read(id, isWord, 'have no space in it: copy it again', true);
    const appSecret = read(secret, isWord, 'have no space in it: copy it again', true);
    check(id, secret, 'set both for the real site, or neither for a local one');
    check(secret, id, 'set both for the real site, or neither for a local one');
    check(url, id, 'register the app there, and set what that site shows');
    return {
      variables,
      credentials: appId === undefined || appSecret === undefined ? undefined : { appId, appSecret },
      baseURL: read(url, isSiteURL, 'be an address such as https://social.example, or one of this machine'),
      port: readPort(`${variables}_PORT`, port),
    };
  };

  check('REDIS_URL', 'SESSION_SECRET', 'all processes must sign the session cookies with the same secret');
  check('REDIS_URL', 'DATABASE_URL', 'Redis is for several processes, and the embedded database belongs to one');
  const trustProxy = read('TRUST_PROXY', isTrustProxy, 'be a number of proxies, or addresses such as 10.0.0.0/8');
  const url = read('APP_URL', isOrigin, 'be an address without a path, such as https://app.example');
  const config: ExampleConfig = {
    port: readPort('PORT', 3000),
    host: read('HOST', () => true, ''),
    url: url === undefined || !isOrigin(url) ? undefined : new URL(url).origin,
    trustProxy: /^\d+$/.test(trustProxy ?? '') ? Number(trustProxy) : trustProxy,
    // Who guesses it can seal a cookie of anybody.
    sessionSecret: read('SESSION_SECRET', ({ length }) => length >= 32, 'have 32 or more random characters', true),
    databaseURL: read('DATABASE_URL', isDatabaseURL, 'be an address such as postgres://localhost/example', true),
    redisURL: read('REDIS_URL', isRedisURL, 'be an address such as redis://localhost:6379', true),
    sites: [
      { name: 'pimbuzz', ...readSite('PIMBUZZ', 4001), authorizeMethod: 'GET' },
      { name: 'lookloox', ...readSite('LOOKLOOX', 4002), authorizeMethod: 'POST' },
    ],
  };
  if (mistakes.length > 0) throw new SetUpError(mistakes.join('\n'));
  return config;
}

/** Adds the variables of a `.env` file, if there is one, to the environment; what is set already stays. */
export function loadEnvFile(path: string): void {
  try {
    process.loadEnvFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw new SetUpError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether a host name is this machine's own. */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** The code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

const isPort = (value: string) => /^\d{1,5}$/.test(value) && Number(value) < 65_536;
const isWord = (value: string) => !/\s/.test(value);
const isURL = (value: string, pattern: RegExp) => URL.canParse(value) && pattern.test(value);
const isOrigin = (value: string) => isURL(value, /^https?:\/\/[^/?#@]*\/?$/i);
const isDatabaseURL = (value: string) => isURL(value, /^postgres(?:ql)?:\/\/[^/]+\/[^/]+$/i);
const isRedisURL = (value: string) => isURL(value, /^rediss?:\/\/[^/]+(?:\/\d*)?$/i);

function isSiteURL(value: string): boolean {
  if (!isURL(value, /^https?:\/\/[^?#@]*$/i)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || isLoopback(hostname);
}

function isTrustProxy(value: string): boolean {
  try {
    express().set('trust proxy', /^\d+$/.test(value) ? Number(value) : value);
    return /^\d{1,2}$|\D/.test(value);
  } catch {
    return false;
  }
}
