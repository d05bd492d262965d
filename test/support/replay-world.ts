import { decodeHTML } from 'entities';
import type { NewApp, UserInput } from '../../lib/provider/index';

const plain = { registered: '2024-01-01 00:00:00' };

/** The users of the recorded sites, with the texts that they typed. */
export const recordedUsers: readonly UserInput[] = [
  {
    id: '1',
    username: 'admin',
    email: 'admin@example.org',
    firstName: 'Ada',
    lastName: 'Admin',
    gender: 'female',
    registered: '2020-01-02 03:04:05',
    verified: true,
    admin: true,
  },
  {
    id: '2',
    username: 'renee',
    email: 'renee@example.org',
    firstName: 'Renée',
    lastName: "O'Brien-Łukasz",
    gender: 'female',
    birthdate: '1985-07-09',
    picture: 'photos/2024/01/x_abc.jpg',
    cover: 'photos/2024/01/x_cover.jpg',
    registered: '2024-01-15 12:34:56',
    verified: true,
    relationship: 'married',
    biography: 'I <3 "cats" & dogs\nligne 2',
    website: 'https://example.org/?a=1&b=2',
  },
  {
    id: '4',
    username: 'blank',
    email: 'blank@example.org',
    firstName: 'Blank',
    lastName: 'Strings',
    gender: 'male',
    picture: '',
    cover: '',
    registered: '2023-06-01 00:00:00',
    relationship: '',
    biography: '',
    website: '',
  },
  {
    id: '5',
    username: 'other',
    email: 'other@example.org',
    firstName: 'Óscar 日本 😀',
    lastName: 'مرحبا',
    gender: 'other',
    birthdate: '2001-02-28',
    picture: 'photos/2024/02/y_öü.jpg',
    registered: '2022-02-22 22:22:22',
    relationship: 'complicated',
    biography: 'tab\there / slash \\ back </script>',
    website: 'https://例え.jp/ü',
  },
  {
    id: '6',
    username: 'nogen',
    email: 'nogen@example.org',
    firstName: 'No',
    lastName: 'Gender',
    gender: '',
    birthdate: '0000-00-00',
    relationship: 'single',
    website: 'javascript:alert(1)',
  },
  {
    id: '8',
    username: 'alice',
    email: 'alice@example.org',
    firstName: 'Alice',
    lastName: 'Anders',
    gender: 'female',
    birthdate: '1990-01-01',
    relationship: 'relationship',
    biography: 'A',
    website: 'https://alice.example',
    ...plain,
  },
  {
    id: '9',
    username: 'bob.b',
    email: 'bob@example.org',
    firstName: 'Bob',
    lastName: 'Brown',
    gender: 'male',
    birthdate: '1991-01-01',
    relationship: 'divorced',
    biography: 'B',
    website: 'https://bob.example',
    ...plain,
  },
  {
    id: '10',
    username: 'carol',
    email: 'carol@example.org',
    firstName: 'Carol',
    lastName: 'Clark',
    gender: 'female',
    birthdate: '1992-01-01',
    relationship: 'separated',
    biography: 'C',
    ...plain,
  },
  { id: '11', username: 'inactive', activated: false },
];

const appSecrets: Record<string, string> = {
  '122414611439820': '86f655717e90e66194b9a9d13a2b391b',
  '65786161901840': '9d38a26063a53d2648943ffa9c17ad01',
};
const redirectURLs: Record<string, string> = {
  '27938114057320': 'http://client.test/cb?x=1&amp;y=2',
  '98765432101234': 'http://client.test/cb?x=1',
  '98765432109876': 'http://client.test/cb#frag',
};

export const recordedAppIds = [...Object.keys(appSecrets), ...Object.keys(redirectURLs)];

export function isAppSecret(text: string): boolean {
  return Object.values(appSecrets).includes(text.toLowerCase());
}

/** An app of the recorded sites. */
export function appFor(appId: string): NewApp & { appId: string } {
  const redirectURL = decodeHTML(redirectURLs[appId] ?? 'http://client.test/cb');
  const appSecret = appSecrets[appId] ?? '0123456789abcdef0123456789abcdef';
  return { appId, appSecret, redirectURL, name: 'Recorded app' };
}
