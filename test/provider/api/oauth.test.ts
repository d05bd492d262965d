import request from 'supertest';
import { startProvider, type UserInput } from '../../../lib/provider/index';

test.each<[string, Partial<UserInput>, string]>([
  ['blocked', { banned: true }, 'System Message'],
  ['not confirmed', { activated: false }, 'Activation Required'],
  ['not finished', { started: false }, '/started'],
])('a user who is %s gets stopped at the start and at the consent', async (_state, fields, end) => {
  const provider = await startProvider({ users: [{ username: 'ada', ...fields }] });
  try {
    const browser = request.agent(provider.url);
    await browser.post('/signin').type('form').send({ user_name: 'ada' });
    const { appId } = provider.apps[0]!;
    const responses = [
      await browser.get(`/api/oauth?app_id=${appId}`),
      await browser.post('/oauth/accept').type('form').send(`app_id=${appId}`),
    ];
    for (const { text, headers } of responses) {
      const title = /<title>(.*)<\/title>/.exec(text)?.[1];
      expect(title ?? headers.location?.replace(provider.url, '')).toBe(end);
    }
  } finally {
    await provider.close();
  }
});
