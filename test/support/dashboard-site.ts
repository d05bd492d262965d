import type { AddressInfo } from 'node:net';
import { decodeHTML } from 'entities';
import express from 'express';
import type { AppInput, RegisteredApp } from '../../lib/provider/store/app-form.js';
import { dashboardRouter } from '../../lib/provider/dashboard/dashboard.js';

export const validApp: AppInput = {
  name: 'Holiday Planner',
  domain: 'localhost:3000',
  redirectURL: 'http://localhost:3000/auth/pimbuzz/callback',
  description: 'Plan trips with friends.',
  category: 'lifestyle',
  iconURL: '',
};

export interface Visit {
  /** Id of the person who is signed in; nobody when null. Default: "1". */
  as?: string | null;
  language?: string;
  /** Pretend that another site sent the form. */
  crossSite?: boolean;
}

export interface Page {
  status: number;
  headers: Headers;
  html: string;
  /** What a reader reads: no tags, entities decoded, blanks collapsed. */
  text: string;
}

/** The dashboard on an in-memory site, over HTTP on a free port. */
export class DashboardSite {
  readonly apps = new Map<string, RegisteredApp>();
  readonly logins: { userId: string; app: RegisteredApp; acceptedAt: Date }[] = [];
  url = '';
  close: () => Promise<void> = () => Promise.resolve();

  static async start(): Promise<DashboardSite> {
    const site = new DashboardSite();
    const server = express().use(site.router()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    site.close = () => new Promise((resolve) => server.close(() => resolve()));
    return site;
  }

  addApp(input: Partial<AppInput> & { ownerId?: string } = {}): RegisteredApp {
    const appId = String(100 + this.apps.size);
    const app = { ...validApp, ownerId: '1', ...input, appId, appSecret: appId.repeat(10).padEnd(32, 'a') };
    this.apps.set(appId, app);
    return app;
  }

  async get(path: string, visit: Visit = {}): Promise<Page> {
    return readPage(await fetch(this.url + path, { headers: headersOf(visit), redirect: 'manual' }));
  }

  async submit(path: string, fields: Record<string, string> | string = {}, visit: Visit = {}): Promise<Page> {
    const body = new URLSearchParams(fields);
    return readPage(
      await fetch(this.url + path, { method: 'POST', headers: headersOf(visit), body, redirect: 'manual' }),
    );
  }

  private router() {
    return dashboardRouter({
      context: (req) => {
        const userId = req.get('x-person') ?? null;
        return {
          siteName: 'Pimbuzz',
          language: req.acceptsLanguages('en', 'fr') === 'fr' ? 'fr' : 'en',
          user: userId === null ? null : { displayName: 'Ann Example', username: 'ann' },
          userId,
          path: req.path,
        };
      },
      apps: {
        list: (ownerId) => [...this.apps.values()].filter((app) => app.ownerId === ownerId),
        find: (appId) => this.apps.get(appId),
        create: (ownerId, input) => this.addApp({ ...input, ownerId }),
        update: (appId, input) => {
          const app = { ...this.apps.get(appId)!, ...input };
          this.apps.set(appId, app);
          return app;
        },
        remove: (appId) => void this.apps.delete(appId),
      },
      logins: {
        list: (userId) => this.logins.filter((login) => login.userId === userId),
        revoke: (userId, appId) => {
          const index = this.logins.findIndex((login) => login.userId === userId && login.app.appId === appId);
          if (index < 0) throw new Error('nothing to revoke');
          this.logins.splice(index, 1);
        },
      },
      siteURL: (req) => `http://${req.get('host') ?? ''}`,
      sameOrigin: (req) => req.get('sec-fetch-site') !== 'cross-site',
    });
  }
}

function headersOf({ as = '1', language = 'en', crossSite = false }: Visit): Record<string, string> {
  return {
    'accept-language': language,
    ...(as === null ? {} : { 'x-person': as }),
    ...(crossSite ? { 'sec-fetch-site': 'cross-site' } : { 'sec-fetch-site': 'same-origin' }),
  };
}

async function readPage(response: Response): Promise<Page> {
  const html = await response.text();
  return { status: response.status, headers: response.headers, html, text: textOf(html) };
}

export function textOf(html: string): string {
  return decodeHTML(html.replace(/<[^>]*>/g, ' ')).replace(/[ \n\t]+/g, ' ');
}

/** The code of one of an app page's blocks, as a reader would copy it. */
export function snippetOf(html: string, id: string): string {
  const [, code = ''] = new RegExp(`id="${id}">\\s*<pre[^>]*>([^<]*)</pre>`).exec(html) ?? [];
  return decodeHTML(code);
}
