import { createProvider, type ProviderOptions } from '../../lib/provider/index';

describe('the options', () => {
  test.each<[unknown, string]>([
    [null, 'createProvider needs an options object'],
    [{ verson: '4.2' }, '"verson" is not an option: did you mean "version"?'],
    [{ version: '5' }, `"version" must be '2.8', '4.0' or '4.2'`],
    [{ authorizeMethod: 'PUT' }, `"authorizeMethod" must be 'GET' or 'POST'`],
    [{ name: '' }, '"name" must be a name'],
    [{ name: '<b>' }, '"name" must be a name'],
    [{ users: {} }, '"users" must be an array of users'],
    [{ users: [{}] }, `"users[0]": a user's "username" must be a text that is not empty, not missing`],
    [{ users: [[]] }, '"users[0]": a user must be an object'],
    [{ users: [{ username: 'a', age: 3 }] }, '"age" is not a field of a user; the fields are id, username'],
    [{ users: [{ username: 'a', id: 3 }] }, `"id" of a must be digits in a text, such as '2'`],
    [{ users: [{ username: 'a', email: [] }] }, '"email" of a must be a text or null, not an array'],
    [{ users: [{ username: 'a', verified: 1 }] }, '"verified" of a must be true or false'],
    [{ users: [{ username: 'a' }, { username: 'a' }] }, '"users[1]": the user name a is there twice'],
    [{ users: [{ username: 'a', id: '3' }, { username: 'b' }] }, '"users[1]": the id 3 is there twice'],
    [{ redirectURL: 'ftp//x' }, '"redirectURL" must be an http(s) URL or one of another scheme'],
    [{ siteURL: 'http://a/b' }, '"siteURL" must be an http(s) URL without a path'],
    [{ uploadsURL: 'x' }, '"uploadsURL" must be an http(s) URL, or a path of the site such as "/media"'],
    [{ uploadsURL: '//x' }, '"uploadsURL" must be an http(s) URL, or a path of the site such as "/media"'],
    [{ language: 'xx' }, '"language" must be one of en, fr, de, ar, es'],
    [{ languages: ['fr', 'xx'] }, '"languages" must be a list of some of en, fr, de, ar, es'],
    [{ languages: 'fr' }, '"languages" must be a list of some of en, fr, de, ar, es'],
    [{ languages: ['fr'] }, `"languages" must hold the site's own language, en`],
    [{ languageDetection: 1 }, '"languageDetection" must be true or false'],
    [{ private: 'yes' }, '"private" must be true or false'],
    [{ activationRequired: 0 }, '"activationRequired" must be true or false'],
    [{ approvalRequired: 0 }, '"approvalRequired" must be true or false'],
    [{ packageRequired: 0 }, '"packageRequired" must be true or false'],
    [{ users: [{ username: 'a', approved: 1 }] }, '"approved" of a must be true or false'],
    [{ users: [{ username: 'a', hasPackage: 1 }] }, '"hasPackage" of a must be true or false'],
    [{ genderLabels: { male: 1 } }, '"genderLabels" must be an object with texts'],
    [{ genderLabels: 'x' }, '"genderLabels" must be an object with texts'],
    [{ state: '' }, '"state" must be the path of a file'],
    [{ now: 1 }, '"now" must be a function that returns milliseconds'],
    [{ now: 1, state: () => 1 }, '"state" must be the path of a file; "now" must be'],
    [{ maintenance: 'yes' }, '"maintenance" must be true or false'],
    [{ debugging: 'loud' }, '"debugging" must be true or false'],
    [{ port: 1 }, '"port" is not an option'],
  ])('refuse %j', (options, message) => {
    expect(() => createProvider(options as ProviderOptions)).toThrow(TypeError);
    expect(() => createProvider(options as ProviderOptions)).toThrow(message);
  });
});
