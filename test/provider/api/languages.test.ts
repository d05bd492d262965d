import request from 'supertest';
import { createProvider, type ProviderOptions } from '../../../lib/provider/index';

const english = "We're sorry, but the application";
const french = 'Nous sommes désolés';

/** The message for an app that does not exist, which is translated on 4.x. */
async function unknownApp(options: ProviderOptions, query: string, headers: Record<string, string>): Promise<string> {
  const provider = createProvider({ version: '4.0', ...options });
  const path = `/api/authorize?app_id=1&app_secret=x&auth_key=x&${query}`;
  return String((await request(provider).get(path).set(headers)).body.message);
}

const frenchSite: ProviderOptions = { language: 'fr' };
const frenchOnly: ProviderOptions = { language: 'fr', languages: ['fr', 'de'] };
const asksFrench = { 'accept-language': 'fr-FR' };

test.each<[string, ProviderOptions, string, Record<string, string>, string]>([
  ['?lang= goes before the cookie', {}, 'lang=fr_fr', { cookie: 's_lang=en_us' }, french],
  ['an unknown ?lang= is English, and nothing else is asked', frenchSite, 'lang=xx', { 'x-lang': 'fr_fr' }, english],
  ['an empty ?lang= is English too', frenchSite, 'lang=', {}, english],
  ['a language that is switched off is unknown', { languages: ['en'] }, 'lang=fr_fr', {}, english],
  ['English needs not be switched on', frenchOnly, 'lang=en_us', {}, english],
  ['codes are exact', {}, 'lang=FR_FR', {}, english],
  ['the cookie goes before x-lang', {}, '', { cookie: 's_lang=fr_fr', 'x-lang': 'en_us' }, french],
  ['an unknown cookie is English', frenchSite, '', { cookie: 's_lang=xx' }, english],
  ['x-lang goes before Accept-Language', {}, '', { 'x-lang': 'en_us', ...asksFrench }, english],
  ['an unknown x-lang is English', frenchSite, '', { 'x-lang': 'fr' }, english],
  ['the first tag of Accept-Language counts', {}, '', { 'accept-language': 'fr;q=0.1,en-US' }, french],
  ['it must be of a language that is there', frenchSite, '', { 'accept-language': 'en-GB,en-US' }, french],
  ['and is ignored with detection off', { languageDetection: false }, '', asksFrench, english],
  ['the site’s own language comes last', frenchSite, '', {}, french],
])('%s', async (_rule, options, query, headers, expected) => {
  expect(await unknownApp(options, query, headers)).toContain(expected);
});

test('2.8 knows only ?lang= and the cookie', async () => {
  const provider = createProvider({ version: '2.8', moduleEnabled: false });
  const ask = async (query: string, headers: Record<string, string>): Promise<string> =>
    String((await request(provider).get(`/api/get_user_info?access_token=x&${query}`).set(headers)).body.message);
  expect(await ask('', { 'x-lang': 'fr_fr', ...asksFrench })).toContain('This feature');
  expect(await ask('', { cookie: 's_lang=fr_fr' })).toContain('Cette fonction');
  expect(await ask('lang=fr_fr', { cookie: 's_lang=en_us' })).toContain('Cette fonction');
});

test('a ?lang= that is an array ends every call, as PHP does', async () => {
  const { status, text } = await request(createProvider()).get('/api/get_user_info?lang[]=fr_fr');
  expect([status, text]).toEqual([500, '']);
});

test('the site can be changed to another language while it runs', async () => {
  const provider = createProvider({ version: '4.0', moduleEnabled: false });
  const ask = async (): Promise<string> =>
    String((await request(provider).get('/api/get_user_info?access_token=x')).body.message);
  provider.configure({ language: 'de' });
  expect(await ask()).toContain('Das Entwicklermodul');
  expect(() => provider.configure({ languages: ['fr'] })).toThrow(`"languages" must hold the site's own language, de`);
  expect(await ask()).toContain('Das Entwicklermodul');
});
