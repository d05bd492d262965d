import { findEnvProxy, type EnvProxy } from '../../client/env-proxy.js';
import { trimSlashes } from '../../internal/urls.js';
import { isLoopback, providers } from '../../providers.js';
import { checkAPI, type Site } from './api.js';
import { checkApp, inApp, usualStart, type AppReading } from './app.js';
import { readBaseURL } from './base-url.js';
import type { Environment } from './environment.js';
import { notChecked, ok, problem, warning, type CheckId, type Finding, type Section } from './findings.js';
import { createSender, type Sender } from './http.js';
import { checkCertificate, checkDNS } from './network.js';
import type { DoctorOptions } from './options.js';
import { checkCallback, compareWithApp, readRedirectURL } from './redirect-url.js';
import { readSetup, variable, type ProviderSetup } from './setups.js';
import { checkClock, readSite, siteURL } from './site.js';
import { checkCredentialValues, cleanValue, type Credentials } from './values.js';

/** What the checks of one provider get. */
export interface ProviderToCheck {
  setup: ProviderSetup;
  /** The other providers of the app. */
  others: readonly ProviderSetup[];
  options: DoctorOptions;
  environment: Environment;
  now: () => number;
}

/** Runs all checks of one provider. */
export async function checkProvider(toCheck: ProviderToCheck): Promise<Section> {
  const { setup, others, options } = toCheck;
  const { finding, baseURL } = readBaseURL(setup);
  const { findings: onValues, credentials } = checkCredentialValues(setup, others);
  const direct = createSender(options.timeout);
  try {
    const onSite =
      baseURL === undefined
        ? [notChecked('site', 'there is no base URL to ask')]
        : await checkSite(toCheck, baseURL, credentials, direct);
    const onApp = await checkAppAndCallback(toCheck, baseURL, credentials, direct);
    const known = Object.values(providers).find(({ name }) => name === setup.name);
    const title = `${known?.displayName ?? setup.name}${baseURL === undefined ? '' : ` at ${baseURL}`}`;
    return { subject: setup.name, title, findings: [...setup.findings, finding, ...onValues, ...onSite, ...onApp] };
  } finally {
    await direct.close();
  }
}

/** Visits an app of which no provider is known. */
export async function checkAppAlone(options: DoctorOptions, environment: Environment): Promise<Section> {
  const sender = createSender(options.timeout);
  // The name that the usual routes have.
  const toCheck = { setup: readSetup('pimbuzz', options, environment), others: [], options };
  try {
    const findings = await checkAppAndCallback(toCheck, undefined, undefined, sender);
    return { subject: 'app', title: 'The app', findings };
  } finally {
    await sender.close();
  }
}

async function checkSite(
  { setup, options, environment, now }: ProviderToCheck,
  baseURL: string,
  credentials: Credentials | undefined,
  direct: Sender,
): Promise<Finding[]> {
  const url = new URL(baseURL);
  const proxy = findProxy(url, environment);
  const throughProxy = proxy === undefined ? undefined : createSender(options.timeout, proxy);
  try {
    const isMeant = options.proxy || proxy?.isUsed === true;
    const first = isMeant && throughProxy !== undefined ? throughProxy : direct;
    let reply = await first.send({ url: siteURL(baseURL) });
    let sender = first;
    const findings: Finding[] = [];
    if (proxy !== undefined && throughProxy !== undefined) {
      if (!reply.isResponse && first === direct) {
        const retried = await throughProxy.send({ url: siteURL(baseURL) });
        if (retried.isResponse) [reply, sender] = [retried, throughProxy];
      }
      const isUsed = sender === throughProxy;
      if (!options.proxy) findings.push(...explainProxy(proxy, { isUsed, isReached: reply.isResponse }));
    }
    if (sender === direct) {
      findings.push(...(await checkDNS(url, options.timeout)));
      if (!hasProblem(findings)) findings.push(...(await checkCertificate('tls', url, options.timeout, now())));
    }
    const setting = setup.url?.name ?? variable(setup.name, 'URL');
    const site = readSite(baseURL, setting, reply);
    // A connection that fails has one cause, which the checks before may have named.
    const isExplained = !reply.isResponse && hasProblem(findings);
    findings.push(...(isExplained ? [notChecked('site', 'there is no connection to it')] : site.findings));
    if (reply.isResponse) findings.push(...checkClock('clock', reply));
    if (!site.isUsable)
      return [...findings, ...unchecked(['dialect', 'language', 'credentials'], 'the API of the site does not answer')];
    const displayName = displayNameOf(setup, url);
    const toAsk: Site = { baseURL, displayName, sender };
    return [...findings, ...(await checkAPI(toAsk, credentials))];
  } finally {
    await throughProxy?.close();
  }
}

async function checkAppAndCallback(
  { setup, others, options }: Pick<ProviderToCheck, 'setup' | 'others' | 'options'>,
  baseURL: string | undefined,
  credentials: Credentials | undefined,
  sender: Sender,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const start = options.start ?? usualStart(setup.name);
  let app: AppReading | undefined;
  if (options.app !== undefined) {
    if (options.app.protocol === 'https:')
      findings.push(...(await checkCertificate('app-tls', options.app, options.timeout, Date.now())));
    app = await checkApp({
      app: options.app,
      start,
      name: setup.name,
      baseURL,
      appId: credentials?.appId,
      otherAppIds: new Map(
        others.flatMap(({ name, appId }) => (appId === undefined ? [] : [[name, cleanValue(appId.text).text]])),
      ),
      sender,
    });
    findings.push(...app.findings);
  } else {
    findings.push(
      notChecked('app', 'its address is not known', 'Add --app URL, and the doctor visits it as a browser does.'),
    );
  }
  const given = setup.redirectURL;
  if (given === undefined) {
    const advice = `Add --redirect-url URL (or ${variable(setup.name, 'CALLBACK_URL')}), as it is registered on the dashboard.`;
    findings.push(notChecked('redirect-url', 'it is not known', advice));
    if (app?.providerURL === undefined) return findings;
    const url = inApp(app.app, `${trimSlashes(start)}/callback`);
    const visit = { url, baseURL: app.providerURL, isRunning: true, isGuess: true, sender };
    return [...findings, await checkCallback(visit)];
  }
  const { finding, url } = readRedirectURL(given, baseURL);
  findings.push(finding);
  if (url === undefined) return findings;
  if (app !== undefined) findings.push(compareWithApp(url, app.app));
  // A redirect URL at the provider, or on this machine for a public app, is not that of a route of the app.
  if (app !== undefined && !app.isRunning) return [...findings, notChecked('callback', 'the app does not answer')];
  if (app !== undefined && isLoopback(url.hostname) && !isLoopback(app.app.hostname)) return findings;
  // A start at another provider has been told already.
  const visit = { url, baseURL: app?.providerURL ?? baseURL, isRunning: app !== undefined, sender };
  return [...findings, await checkCallback(visit)];
}

function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'problem');
}

function unchecked(ids: readonly CheckId[], why: string): Finding[] {
  return ids.map((id) => notChecked(id, why));
}

function displayNameOf({ name }: ProviderSetup, { host }: URL): string {
  return Object.values(providers).find((provider) => provider.name === name)?.displayName ?? host;
}

/** The proxy that the environment names for a site. One of this machine needs none unless Node is told to use it. */
function findProxy(url: URL, environment: Environment): EnvProxy | undefined {
  const proxy = findEnvProxy(url, (name) => environment.find(name)?.text);
  return proxy?.isUsed === true || url.protocol === 'https:' ? proxy : undefined;
}

function explainProxy(proxy: EnvProxy, { isUsed, isReached }: { isUsed: boolean; isReached: boolean }): Finding[] {
  const name = proxy.variable;
  // If the site is not reached, the finding on it says why.
  if (proxy.isUsed) return isReached ? [ok('proxy', `through ${name}, as NODE_USE_ENV_PROXY tells`)] : [];
  if (!isUsed && isReached)
    return [ok('proxy', `direct; ${name} is set, and used with NODE_USE_ENV_PROXY=1 only, which is not needed`)];
  const advice =
    `Start the app with NODE_USE_ENV_PROXY=1, or pass dispatcher: new ProxyAgent(process.env.${name}), of undici, to ` +
    'it; then set the variable for the doctor, too, or add --proxy.';
  if (isUsed) return [problem('proxy', `through ${name} alone, which is used with NODE_USE_ENV_PROXY=1 only`, advice)];
  return [warning('proxy', `${name} is set, but the site is reached neither through it nor without it`, advice)];
}
