import express from 'express';

/** A mistake of whoever starts the app; its message is all they need to read. */
export class SetUpError extends Error {}

/** One of the two networks, real or local. */
export interface SiteConfig {
  /** Name in paths: `/auth/NAME`. */
  name: 'pimbuzz' | 'lookloox';
  displayName: string;
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
  /** Where the sessions are kept, if not in files; it may hold a password. */
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
  const config: ExampleConfig = {
    port: readPort(env, 'PORT', 3000, mistakes),
    host: read(env, 'HOST'),
    url: readAppURL(env, mistakes),
    trustProxy: readTrustProxy(env, mistakes),
    sessionSecret: readSessionSecret(env, mistakes),
    redisURL: readRedisURL(env, mistakes),
    sites: [
      {
        name: 'pimbuzz',
        displayName: 'Pimbuzz',
        ...readSite(env, 'PIMBUZZ', 4001, mistakes),
        authorizeMethod: 'GET',
      },
      {
        name: 'lookloox',
        displayName: 'Look Loox',
        ...readSite(env, 'LOOKLOOX', 4002, mistakes),
        authorizeMethod: 'POST',
      },
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

function readSite(
  env: NodeJS.ProcessEnv,
  variables: string,
  port: number,
  mistakes: string[],
): Pick<SiteConfig, 'variables' | 'credentials' | 'baseURL' | 'port'> {
  const appId = readCredential(env, `${variables}_APP_ID`, mistakes);
  const appSecret = readCredential(env, `${variables}_APP_SECRET`, mistakes);
  if ((appId === undefined) !== (appSecret === undefined)) {
    const [set, missing] = appId === undefined ? ['SECRET', 'ID'] : ['ID', 'SECRET'];
    mistakes.push(
      `${variables}_APP_${set} is set, but ${variables}_APP_${missing} is not: set both for the real site, or neither for a local one.`,
    );
  }
  const baseURL = readSiteURL(env, `${variables}_URL`, mistakes);
  if (baseURL !== undefined && appId === undefined && appSecret === undefined) {
    mistakes.push(
      `${variables}_URL is set, but ${variables}_APP_ID and ${variables}_APP_SECRET are not: register the app there, and set what that site shows.`,
    );
  }
  return {
    variables,
    credentials: appId === undefined || appSecret === undefined ? undefined : { appId, appSecret },
    baseURL,
    port: readPort(env, `${variables}_PORT`, port, mistakes),
  };
}

function readPort(env: NodeJS.ProcessEnv, variable: string, usual: number, mistakes: string[]): number {
  const text = read(env, variable) ?? String(usual);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) mistakes.push(`${variable} must be a number from 0 to 65535, not "${text}".`);
  return port;
}

function readCredential(env: NodeJS.ProcessEnv, variable: string, mistakes: string[]): string | undefined {
  const value = read(env, variable);
  if (value !== undefined && /\s/.test(value)) mistakes.push(`${variable} has a space in it: copy it again.`);
  return value;
}

function readSiteURL(env: NodeJS.ProcessEnv, variable: string, mistakes: string[]): string | undefined {
  const value = read(env, variable);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) && /^https?:\/\/[^?#@]*$/i.test(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:' || (url !== undefined && isLoopback(url.hostname))) return value;
  mistakes.push(
    `${variable} must be an address such as https://social.example, or http://localhost:4000 on this machine, not "${value}".`,
  );
  return undefined;
}

function readAppURL(env: NodeJS.ProcessEnv, mistakes: string[]): string | undefined {
  const value = read(env, 'APP_URL')?.replace(/\/$/, '');
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:\/\/[^/?#@]*$/i.test(value)) return url.origin;
  mistakes.push(`APP_URL must be an address without a path, such as https://app.example, not "${value}".`);
  return undefined;
}

function readTrustProxy(env: NodeJS.ProcessEnv, mistakes: string[]): number | string | undefined {
  const value = read(env, 'TRUST_PROXY');
  if (value === undefined) return undefined;
  const setting = /^\d{1,2}$/.test(value) ? Number(value) : value;
  try {
    express().set('trust proxy', setting);
  } catch {
    mistakes.push(
      `TRUST_PROXY must be a number of proxies, or a list of addresses such as 10.0.0.0/8, not "${value}".`,
    );
  }
  return setting;
}

/** Who guesses it can seal a cookie of anybody. */
function readSessionSecret(env: NodeJS.ProcessEnv, mistakes: string[]): string | undefined {
  const value = read(env, 'SESSION_SECRET');
  if (value !== undefined && value.length < 32) mistakes.push('SESSION_SECRET must have 32 or more random characters.');
  return value;
}

/** The value may hold a password, so no message shows it. */
function readRedisURL(env: NodeJS.ProcessEnv, mistakes: string[]): string | undefined {
  const value = read(env, 'REDIS_URL');
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || !/^\/?\d*$/.test(url.pathname)) {
    mistakes.push('REDIS_URL must be an address such as redis://localhost:6379.');
  }
  if (read(env, 'SESSION_SECRET') === undefined) {
    mistakes.push(
      'REDIS_URL is set, but SESSION_SECRET is not: all processes must sign the session cookies with the same secret.',
    );
  }
  return value;
}

/** A variable that is set to nothing counts as not set. */
function read(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  return env[variable]?.trim() || undefined;
}
