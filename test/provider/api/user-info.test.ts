import request from 'supertest';
import { startProvider } from '../../../lib/provider/index';
import { plainApp } from '../../support/plain-app';

test('get_user_info follows the site: labels, uploads folder, language, entities, and the cut of columns', async () => {
  const provider = await startProvider({
    version: '4.0',
    authorizeMethod: 'POST',
    language: 'de',
    uploadsURL: 'https://cdn.example/files/',
    genderLabels: { male: 'Männlich' },
    users: [
      { username: 'max', gender: 'male', picture: 'm.svg' },
      { username: 'kim', gender: 'Enby & co' },
      { username: 'ann', gender: 'female', biography: 'é'.repeat(200), firstName: 'é'.repeat(40) },
      { username: 'zoe' },
    ],
  });
  const infos = [];
  for (const user of provider.users) {
    infos.push((await provider.signIn(request.agent(plainApp(provider)), user)).body.user_info);
  }
  expect(infos.map(({ user_gender }) => user_gender)).toEqual(['M&auml;nnlich', 'Enby &amp; co', 'Female', 'N/V']);
  expect(infos[0]).toMatchObject({
    profile_picture: 'https://cdn.example/files/m.svg',
    profile_cover: 'https://cdn.example/files/',
  });
  // The column is full in the middle of an entity; the biography's column is not.
  expect(infos[2].user_firstname).toBe(`${'&eacute;'.repeat(31)}&eacute`);
  expect(infos[2].user_biography).toHaveLength(1600);
  await provider.close();
});
