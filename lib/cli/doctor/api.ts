import { randomBytes } from 'node:crypto';
import { explainRefusal, foundNoParameters } from '../../client/refusals.js';
import { englishQuery } from '../../client/transport.js';
import type { LoginWithError } from '../../errors.js';
import { isLoopback } from '../../providers.js';
import type { AuthorizeMethod } from '../../types.js';
import { madeUpAppId } from '../made-up-app.js';
import { notChecked, ok, problem, warning, type Finding } from './findings.js';
import type { DoctorResponse, Sender } from './http.js';
import { parseJSON } from './site.js';
import type { Credentials } from './values.js';

/** A site whose API answers. */
export interface Site {
  baseURL: string;
  /** As people call it. */
  displayName: string;
  sender: Sender;
}

/** Checks everything that a call of `authorize` shows. The keys are made up, so nothing is used up. */
export async function checkAPI(site: Site, credentials: Credentials | undefined): Promise<Finding[]> {
  const dialect = await findDialect(site);
  if (dialect.method === undefined) {
    return [dialect.finding, notChecked('credentials', 'the site does not say where it reads parameters')];
  }
  const { method, unknownApp } = dialect;
  return [
    dialect.finding,
    await checkVersion(site, method, unknownApp),
    await checkLanguage(site, method, unknownApp),
    await checkCredentials(site, method, credentials),
  ];
}

type Dialect =
  { method: AuthorizeMethod; finding: Finding; unknownApp: UnknownApp } | { method: undefined; finding: Finding };

/** The answer to an app that does not exist. */
interface UnknownApp {
  credentials: Credentials;
  response: DoctorResponse;
}

/** Finds out with an app that does not exist: no secret goes where it is not read (PROTOCOL.md, `authorize`). */
async function findDialect(site: Site): Promise<Dialect> {
  const credentials = {
    appId: madeUpAppId,
    appSecret: randomBytes(16).toString('hex'),
    areMended: false,
  };
  for (const method of ['POST', 'GET'] as const) {
    const response = await authorize(site, method, credentials, englishQuery);
    if (response === undefined) break;
    const json = parseJSON(response.text);
    if (explainRefusal(json, '', 'authorize') === undefined) break;
    if (foundNoParameters(json)) continue;
    const what = method === 'POST' ? 'the body of a POST (as since 4.0.4)' : 'the query of a GET (as before 4.0.4)';
    return { method, finding: ok('dialect', what), unknownApp: { credentials, response } };
  }
  const found = 'authorize answers neither to a GET nor to a POST as it should';
  return {
    method: undefined,
    finding: problem('dialect', found, 'Try again; if it stays, tell whoever runs the site.'),
  };
}

/** 2.7 and 2.8 mix people up, and no single answer shows it. Newer versions show a sign of their own. */
async function checkVersion(
  site: Site,
  method: AuthorizeMethod,
  { credentials, response }: UnknownApp,
): Promise<Finding> {
  if (method === 'POST') return ok('script-version', '4.0.4 or newer');
  const french = await authorize(site, method, credentials, { lang: 'fr_fr' });
  const isTranslated = french !== undefined && isRefusal(french) && !isEnglish(french);
  const hasNewCookie = response.cookies.some((cookie) => cookie.startsWith('user_session='));
  if (isTranslated || hasNewCookie) return ok('script-version', 'older than 4.0.4, but newer than 2.8');
  return warning(
    'script-version',
    'older than 4.0.4; it may be 2.7 or 2.8, which log people in as somebody else',
    'Ask whoever runs the site for its version. Offer no login with one before 3.2.1.',
  );
}

/** Without a language, some messages are in the site's own, and no code fits them (PROTOCOL.md, `authorize`). */
async function checkLanguage(site: Site, method: AuthorizeMethod, unknownApp: UnknownApp): Promise<Finding> {
  if (!isEnglish(unknownApp.response)) {
    return warning(
      'language',
      'it does not give its messages in English when asked to, so some errors may have the code provider_error',
      'Something in front of the site may drop lang=en_us from the query. Tell whoever runs it.',
    );
  }
  const own = await authorize(site, method, unknownApp.credentials, {});
  if (own === undefined || !isRefusal(own) || isEnglish(own)) return ok('language', 'its messages are in English');
  const name = languageNames.find(([, pattern]) => pattern.test(messageOf(own)))?.[0] ?? 'another language';
  return ok('language', `its messages are in ${name}, but in English when asked with lang=en_us, as the package does`);
}

async function checkCredentials(
  site: Site,
  method: AuthorizeMethod,
  credentials: Credentials | undefined,
): Promise<Finding> {
  if (credentials === undefined) return notChecked('credentials', 'app id or secret is missing');
  const response = await authorize(site, method, credentials, englishQuery);
  const error = response && refusalOf(response);
  const { displayName, baseURL } = site;
  if (error === undefined) return notChecked('credentials', 'the site gave no answer to it; run the doctor again');
  if (error.code === 'auth_key_invalid')
    return ok(
      'credentials',
      `${displayName} accepts both${credentials.areMended ? ', once they are written right' : ''}`,
    );
  const found = `${displayName} ${error.message.replace('authorize:', '').trim()}`;
  switch (error.code) {
    case 'app_id_invalid': {
      const local = isLoopback(new URL(baseURL).hostname)
        ? ' A local provider that was started anew may have another app: copy what it prints.'
        : '';
      const advice = `Copy the app id from the dashboard of ${displayName}: it may be that of another provider, or the app was deleted.${local}`;
      return problem('credentials', found, advice);
    }
    case 'app_secret_invalid':
      return problem(
        'credentials',
        `${found}; the app id is right`,
        `Copy the secret of this app from the dashboard of ${displayName}: it may be that of another app or provider.`,
      );
    default:
      return problem('credentials', found, error.hint ?? '');
  }
}

const languageNames: readonly [string, RegExp][] = [
  ['French', /désolés|administrateur|n['’]existe/i],
  ['German', /\b(?:wurde|existiert|deaktiviert)\b/i],
  ['Spanish', /\b(?:lo sentimos|aplicación)/i],
];

/** Calls `authorize` with a made-up key. */
async function authorize(
  { baseURL, sender }: Site,
  method: AuthorizeMethod,
  { appId, appSecret }: Credentials,
  query: Record<string, string>,
): Promise<DoctorResponse | undefined> {
  const parameters = { app_id: appId, app_secret: appSecret, auth_key: randomBytes(16).toString('hex') };
  const isForm = method === 'POST';
  const encoded = new URLSearchParams({ ...query, ...(isForm ? {} : parameters) }).toString();
  const url = `${baseURL}/api/authorize${encoded === '' ? '' : `?${encoded}`}`;
  const reply = await sender.send({ url, ...(isForm ? { form: parameters } : {}) });
  return reply.isResponse ? reply : undefined;
}

function refusalOf({ text }: DoctorResponse): LoginWithError | undefined {
  return explainRefusal(parseJSON(text), '', 'authorize');
}

function isRefusal(response: DoctorResponse): boolean {
  return refusalOf(response) !== undefined;
}

/** Whether a message for an unknown app, or for a module that is off, is in English. */
function isEnglish(response: DoctorResponse): boolean {
  return /(?:doesn't exist or has been disabled|has been disabled by the admin)$/.test(messageOf(response));
}

function messageOf({ text }: DoctorResponse): string {
  const json = parseJSON(text);
  return typeof json === 'object' && json !== null && 'message' in json ? String(json.message) : '';
}
