import { decodeHTML } from 'entities';
import {
  startProvider,
  type AppInput,
  type LocalProvider,
  type NewApp,
  type RegisteredApp,
} from '../../lib/provider/index.js';

export const validApp: AppInput = {
  name: 'Holiday Planner',
  domain: 'localhost:3000',
  redirectURL: 'http://localhost:3000/auth/pimbuzz/callback',
  description: 'Plan trips with friends.',
  category: 'lifestyle',
  iconURL: '',
};

export interface RequestOptions {
  /** Id of the user who is signed in; nobody when null. Default: "1". */
  as?: string | null;
  language?: string;
  /** Pretends that another site sent the form. */
  crossSite?: boolean;
}

export interface Page {
  status: number;
  headers: Headers;
  html: string;
  /** The text that a reader sees: no tags, entities decoded, blanks collapsed. */
  text: string;
}

/** A provider with the users 1 and 2 and no app, and a browser for each of them. */
export interface DashboardSite {
  readonly provider: LocalProvider;
  /** Registers an app of user 1, with the ids 100, 101 … */
  addApp(input?: Partial<NewApp>): RegisteredApp;
  get(path: string, options?: RequestOptions): Promise<Page>;
  submit(path: string, fields?: Record<string, string> | string, options?: RequestOptions): Promise<Page>;
  send(path: string, init: RequestInit, options?: RequestOptions): Promise<Page>;
  close(): Promise<void>;
}

/** The provider's clock stands still at noon (UTC) on 20 November 2026. */
export async function startDashboard(): Promise<DashboardSite> {
  const provider = await startProvider({
    users: [
      { id: '1', username: 'ann', firstName: 'Ann', lastName: 'Example' },
      { id: '2', username: 'bob' },
    ],
    now: () => Date.UTC(2026, 10, 20, 12),
  });
  provider.deleteApp(provider.apps[0]!);
  const cookies = new Map<string, string>();

  const cookieOf = async (userId: string): Promise<string> => {
    const body = new URLSearchParams({ user_id: userId, return_to: '/' });
    const response = await fetch(`${provider.url}/signin`, { method: 'POST', body, redirect: 'manual' });
    return response.headers.getSetCookie()[0]!.split(';')[0]!;
  };
  const send: DashboardSite['send'] = async (path, init, { as = '1', language = 'en', crossSite = false } = {}) => {
    if (as !== null && !cookies.has(as)) cookies.set(as, await cookieOf(as));
    const headers = new Headers(init.headers);
    headers.set('accept-language', language);
    headers.set('sec-fetch-site', crossSite ? 'cross-site' : 'same-origin');
    if (as !== null) headers.set('cookie', cookies.get(as)!);
    const response = await fetch(provider.url + path, { ...init, headers, redirect: 'manual' });
    const html = await response.text();
    return { status: response.status, headers: response.headers, html, text: textOf(html) };
  };

  return {
    provider,
    send,
    addApp(input = {}) {
      const appId = String(100 + provider.apps.length);
      return provider.createApp({ ...validApp, ownerId: '1', appId, ...input });
    },
    get: (path, options) => send(path, {}, options),
    submit: (path, fields = {}, options) => send(path, { method: 'POST', body: new URLSearchParams(fields) }, options),
    close: () => provider.close(),
  };
}

export function textOf(html: string): string {
  return decodeHTML(html.replace(/<[^>]*>/g, ' ')).replace(/[ \n\t]+/g, ' ');
}

/** The code of one of an app page's blocks, as a reader would copy it. */
export function snippetOf(html: string, id: string): string {
  const [, code = ''] = new RegExp(`id="${id}">\\s*<pre[^>]*>([^<]*)</pre>`).exec(html) ?? [];
  return decodeHTML(code);
}
