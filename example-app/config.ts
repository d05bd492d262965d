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
  /** Where the real site keeps its pictures, if not on its own host. */
  uploadsURL: string | undefined;
  /** Where a local one listens. */
  port: number;
  /** How a local one takes the parameters of `authorize`. */
  authorizeMethod: 'GET' | 'POST';
}

export interface ExampleConfig {
  port: number;
  /** Address to listen on; only this machine can connect if absent. */
  host: string | undefined;
  sessionSecret: string | undefined;
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
    sessionSecret: read(env, 'SESSION_SECRET'),
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

/** The code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function readSite(
  env: NodeJS.ProcessEnv,
  variables: string,
  port: number,
  mistakes: string[],
): Pick<SiteConfig, 'variables' | 'credentials' | 'uploadsURL' | 'port'> {
  const appId = readCredential(env, `${variables}_APP_ID`, mistakes);
  const appSecret = readCredential(env, `${variables}_APP_SECRET`, mistakes);
  if ((appId === undefined) !== (appSecret === undefined)) {
    const [set, missing] = appId === undefined ? ['SECRET', 'ID'] : ['ID', 'SECRET'];
    mistakes.push(
      `${variables}_APP_${set} is set, but ${variables}_APP_${missing} is not: set both for the real site, or neither for a local one.`,
    );
  }
  return {
    variables,
    credentials: appId === undefined || appSecret === undefined ? undefined : { appId, appSecret },
    uploadsURL: readAddress(env, `${variables}_UPLOADS_URL`, mistakes),
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

function readAddress(env: NodeJS.ProcessEnv, variable: string, mistakes: string[]): string | undefined {
  const value = read(env, variable);
  if (value !== undefined && !(URL.canParse(value) && /^https:[^?#]*$/i.test(value))) {
    mistakes.push(`${variable} must be an address such as https://cdn.example/uploads, not "${value}".`);
  }
  return value;
}

/** A variable that is set to nothing counts as not set. */
function read(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  return env[variable]?.trim() || undefined;
}
