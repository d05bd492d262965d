import { explainConnectionFailure } from '../../../lib/client/network-errors';
import { toProfile } from '../../../lib/client/profile';
import { explainRefusal } from '../../../lib/client/refusals';
import { originOf, readResponse } from '../../../lib/client/response';
import { LoginWithError, redactURL } from '../../../lib/errors';
import { mountPathOf } from '../../../lib/express/request';
import { html } from '../../../lib/internal/html';
import { createSealers } from '../../../lib/internal/seal';
import { addQueryParameter, encodePath, pathOf, trimSlashes } from '../../../lib/internal/urls';
import { isForeignStart, isNavigation, isSameOriginPost } from '../../../lib/login/cross-site';
import { createRateLimiter } from '../../../lib/login/rate-limit';
import { classifyRequest } from '../../../lib/login/request';
import { findReturnTo, sanitizeReturnTo } from '../../../lib/login/return-to';
import { toLoginRequest, type ExpressRequest } from '../../../lib/node-request';
import { isFetchRequest, isPageRequest, preferredLanguage } from '../../../lib/pages/negotiation';
import { defineProvider } from '../../../lib/providers';
import { createRequestLog } from '../../../lib/provider/server/request-log';
import { parseParameters } from '../../../lib/provider/server/php-parameters';
import { createTestCookie } from '../attempt-cookies';

/** Something in `lib` that reads a text from outside. */
export interface Subject {
  name: string;
  /** Who writes the text. A browser gets less time than a provider, because anybody can send its requests. */
  source: 'browser' | 'provider' | 'app';
  read: (text: string) => unknown;
}

const from = (source: Subject['source'], subjects: Record<string, Subject['read']>): Subject[] =>
  Object.entries(subjects).map(([name, read]) => ({ name, source, read }));

const provider = defineProvider({ name: 'net', baseURL: 'https://net.example' });
const cookie = createTestCookie('inputs');
const sealer = createSealers(() => Promise.resolve(['secret']), ['inputs'])('form');
const limits = { limit: 10, overallLimit: 100, windowMs: 60_000, store: undefined };
const get = (url: string, headers: Record<string, string> = {}) => ({ method: 'GET', url, headers });
const toMessage = (what: string) => what;
const incoming = (fields: object) => Object.assign(Object.create(null) as ExpressRequest, { headers: {}, ...fields });

const ofBrowsers = from('browser', {
  'classifyRequest, query': (text) => classifyRequest(get(`/cb?${text}`), 'https://app.example/cb'),
  'classifyRequest, path': (text) => classifyRequest(get(`/${text}`), '/cb'),
  'classifyRequest, Sec-Purpose': (text) => classifyRequest(get('/cb', { 'sec-purpose': text }), undefined),
  findReturnTo: (text) => findReturnTo(`/auth?returnTo=/${text}`),
  sanitizeReturnTo: (text) => sanitizeReturnTo(`/${text}`),
  pathOf: (text) => pathOf(`/${text}`),
  trimSlashes: (text) => trimSlashes(text),
  addQueryParameter: (text) => addQueryParameter(`/${text}`, 'returnTo', text),
  encodePath: (text) => encodePath(sanitizeReturnTo(`/${text.slice(0, 500)}`)),
  mountPathOf: (text) => mountPathOf(incoming({ url: `/${text}`, originalUrl: `/app/${text}` })),
  'toLoginRequest, Host': (text) => toLoginRequest(incoming({ headers: { host: text }, secure: true, socket: {} })),
  'isForeignStart, Referer': (text) =>
    isForeignStart({ method: 'GET', host: 'a', headers: { referer: `https://${text}`, host: text } }, []),
  'isNavigation, Accept and User-Agent': (text) =>
    isNavigation({ headers: { accept: text, 'user-agent': `Mozilla/${text}` } }),
  'isSameOriginPost, Origin': (text) => isSameOriginPost({ host: 'a', headers: { origin: text, host: text } }, []),
  'isPageRequest, Accept': (text) => isPageRequest({ method: 'GET', headers: { accept: text } }),
  'isFetchRequest, Sec-Fetch-*': (text) =>
    isFetchRequest({ headers: { 'sec-fetch-site': text, 'sec-fetch-mode': text, 'sec-fetch-dest': text } }),
  'preferredLanguage, Accept-Language': (text) =>
    preferredLanguage({ headers: { 'accept-language': text } }, ['en', 'fr', 'de']),
  'attempt cookie, whole header': (text) => cookie.opens(text),
  'attempt cookie, value': (text) => cookie.opens(`loginwith-pimbuzz=${text}`),
  'unseal, form and query': async (text) => (await sealer).unseal(text),
  'rate limiter, address': (text) => createRateLimiter(limits).acquire({ address: text }, { id: text }),
  'html, values in pages': (text) => html`<p title="${text}">${text}</p>`,
  'redactURL, query': (text) => redactURL(`/cb?${text}`),
  'redactURL, key': (text) => redactURL(`/cb?auth_key=${text}`),
  'local provider, parameters': (text) => parseParameters(text),
  'local provider, request log': (text) => {
    const path = `/api/authorize?${text}`;
    createRequestLog().add({
      ...{ at: 0, endpoint: text, method: 'GET', path, form: { auth_key: text }, userId: null, status: 200 },
      facts: [{ type: 'unknown_app', appId: text, known: [] }],
    });
  },
});

const profileFields = [
  ...['user_id', 'user_name', 'user_firstname', 'user_email', 'user_birthdate', 'user_registered'],
  ...['user_picture', 'user_cover', 'user_biography', 'user_website', 'user_gender', 'profile_picture'],
];
const respond = (fields: object) =>
  readResponse({ status: 200, type: '', location: '', text: '', ...fields }, provider, 'authorize', toMessage);

const ofProviders = from('provider', {
  ...Object.fromEntries(
    profileFields.map((field) => [
      `toProfile, ${field}`,
      (text: string) =>
        caught(() => toProfile({ user_info: { user_id: '2', user_picture: 'x', [field]: text } }, provider, '')),
    ]),
  ),
  'toProfile, picture and its URL': (text) =>
    toProfile({ user_info: { user_id: '2', user_picture: text, profile_picture: `https://cdn/${text}` } }, provider),
  'toProfile, website': (text) =>
    toProfile({ user_info: { user_id: '2', user_website: `https://a.example/${text}` } }, provider),
  'explainRefusal, message': (text) => explainRefusal({ error: true, message: text }, 'net', 'authorize'),
  'readResponse, body': (text) => caught(() => respond({ text })),
  'readResponse, JSON in the body': (text) => respond({ text: JSON.stringify(text) }),
  'readResponse, Content-Type': (text) => caught(() => respond({ type: text })),
  'readResponse, Location': (text) => caught(() => respond({ status: 302, location: `https://x/${text}` })),
  originOf: (text) => originOf(`https://${text}`),
  'explainConnectionFailure, error': (text) =>
    explainConnectionFailure(
      Object.assign(new Error(text), { code: text }),
      { host: 'net' },
      false,
      'authorize',
      toMessage,
    ),
});

const details = { code: 'timeout', stage: 'authorize' } as const;

const ofApps = from('app', {
  'LoginWithError, message': (text) => new LoginWithError(text, details),
  'LoginWithError, message with a key': (text) => new LoginWithError(`auth_key=${text}`, details),
  'LoginWithError, hint': (text) => new LoginWithError('', { ...details, hint: text }),
  'LoginWithError, cause': (text) => new LoginWithError('', { ...details, cause: new Error(text) }),
});

export const subjects: readonly Subject[] = [...ofBrowsers, ...ofProviders, ...ofApps];

/** The error that `read` throws. */
function caught(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
