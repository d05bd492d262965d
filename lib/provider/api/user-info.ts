import { encodeEntities } from './html-entities.js';
import type { Language } from '../i18n.js';
import { notAvailable } from './messages.js';
import type { Version } from '../options.js';
import type { Person } from '../store/users.js';

/** The site's labels for the three genders that come with it; the real site's admin can edit them. */
export type GenderLabels = Readonly<Record<'male' | 'female' | 'other', string>>;

export interface UserInfoSite {
  version: Version;
  /** Base URL of the site, without a slash at its end. */
  siteURL: string;
  /** URL of the uploads folder, without a slash at its end. */
  uploadsURL: string;
  genderLabels: GenderLabels;
  language: Language;
}

/** The `user_info` object of one person, keys in the order of the real answer (PROTOCOL.md: get_user_info). */
export function userInfo(person: Person, site: UserInfoSite): Record<string, string | null> {
  return {
    user_id: person.id,
    user_name: stored(person.username),
    user_email: stored(person.email),
    user_firstname: stored(person.firstName),
    user_lastname: stored(person.lastName),
    user_gender: gender(person, site),
    user_birthdate: person.birthdate,
    user_picture: stored(person.picture),
    user_cover: stored(person.cover),
    user_registered: person.registered,
    user_verified: person.verified ? '1' : '0',
    user_relationship: stored(person.relationship),
    user_biography: encoded(person.biography),
    user_website: stored(person.website),
    profile_picture: profilePicture(person, site),
    profile_cover: site.version === '2.8' ? `/${site.uploadsURL}/` : `${site.uploadsURL}/`,
  };
}

/** The columns hold 255 characters of *encoded* text, so an entity at the end can be cut in half. */
const COLUMN_LENGTH = 255;

function stored(text: string | null): string | null {
  const value = encoded(text);
  return value === null || value.length <= COLUMN_LENGTH ? value : Array.from(value).slice(0, COLUMN_LENGTH).join('');
}

function encoded(text: string | null): string | null {
  return text === null ? null : encodeEntities(text);
}

function gender(person: Person, { version, genderLabels, language }: UserInfoSite): string | null {
  if (version === '2.8') return stored(person.gender);
  if (person.gender === null || person.gender === '') return notAvailable(language);
  return stored(isStandardGender(person.gender) ? genderLabels[person.gender] : person.gender);
}

function isStandardGender(value: string): value is keyof GenderLabels {
  return value === 'male' || value === 'female' || value === 'other';
}

function profilePicture(person: Person, { version, siteURL, uploadsURL }: UserInfoSite): string | null {
  const images = `${siteURL}/content/themes/default/images`;
  // The misspelt name is the real one: 2.8 sends this picture for everybody.
  if (version === '2.8') return `${images}/user_defoult_img.jpg`;
  const picture = stored(person.picture);
  if (picture !== null && picture !== '') return `${uploadsURL}/${picture}`;
  const suffix = person.gender === 'male' || person.gender === 'female' ? `_${person.gender}` : '';
  return `${images}/blank_profile${suffix}.png`;
}
