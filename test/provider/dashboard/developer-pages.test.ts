import { startProvider, type LocalProvider } from '../../../lib/provider/index.js';
import { Browser } from '../../support/cookie-browser.js';

let provider: LocalProvider;
let browser: Browser;
beforeEach(async () => {
  provider = await startProvider();
  browser = new Browser(provider.url);
});
afterEach(() => provider.close());

describe('the developer pages', () => {
  const topics = ['', '/authorize', '/user-info', '/errors', '/surprises'];

  test.each(['en', 'fr'])('document the protocol with this provider’s own addresses (%s)', async (language) => {
    browser.speaking(language);
    const pages = await Promise.all(topics.map((topic) => browser.get(`/developers${topic}`)));
    const text = pages.map((page) => page.text).join('\n');
    for (const page of pages) expect(page.html).toContain(`<html lang="${language}">`);
    expect(text).toContain(`${provider.url}/api/oauth?app_id=YOUR_APP_ID`);
    expect(text).toContain(`curl --get '${provider.url}/api/authorize'`);
    expect(text).toContain(`curl '${provider.url}/api/authorize'`);
    expect(text).toContain(`${provider.url}/api/get_user_info?access_token=ACCESS_TOKEN`);
    for (const message of ['app_id', 'app_secret', 'auth_key', 'parameters', 'access_token']) {
      expect(text).toContain(`Bad Request, invalid ${message}`);
    }
    expect(text).toContain('Bad Request, expired access_token');
    expect(text).toContain('…/cb?x=1&amp;y=2?auth_key=K');
  });

  test('name all fields that get_user_info sends', async () => {
    const { text } = await browser.get('/developers/user-info');
    provider.approve(provider.users[0]!, provider.apps[0]!);
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    const { appId, appSecret } = provider.apps[0]!;
    const { location } = await browser.get(`/api/oauth?app_id=${appId}`);
    const key = new URL(location!).searchParams.get('auth_key')!;
    const token = await browser.submit('/api/authorize', { app_id: appId, app_secret: appSecret, auth_key: key });
    const { access_token: accessToken } = JSON.parse(token.html) as { access_token: string };
    const response = await browser.get(`/api/get_user_info?access_token=${accessToken}`);
    const { user_info: user } = JSON.parse(response.html) as { user_info: Record<string, unknown> };
    for (const field of Object.keys(user)) expect(text).toContain(field);
  });

  test('an unknown topic is not found', async () => {
    expect((await browser.get('/developers/nothing')).status).toBe(404);
  });
});
