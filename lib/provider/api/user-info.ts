import { encodeEntities } from './html-entities.js';
import type { Language } from '../i18n.js';
import { notAvailable } from './messages.js';
import type { Version } from '../options.js';
import type { User } from '../store/users.js';

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
export function userInfo(user: User, site: UserInfoSite): Record<string, string | null> {
  return {
    user_id: user.id,
    user_name: stored(user.username),
    user_email: stored(user.email),
    user_firstname: stored(user.firstName),
    user_lastname: stored(user.lastName),
    user_gender: gender(user, site),
    user_birthdate: user.birthdate,
    user_picture: stored(user.picture),
    user_cover: stored(user.cover),
    user_registered: user.registered,
    user_verified: user.verified ? '1' : '0',
    user_relationship: stored(user.relationship),
    user_biography: encoded(user.biography),
    user_website: stored(user.website),
    profile_picture: profilePicture(user, site),
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

function gender(user: User, { version, genderLabels, language }: UserInfoSite): string | null {
  if (version === '2.8') return stored(user.gender);
  if (user.gender === null || user.gender === '') return notAvailable(language);
  return stored(isStandardGender(user.gender) ? genderLabels[user.gender] : user.gender);
}

function isStandardGender(value: string): value is keyof GenderLabels {
  return value === 'male' || value === 'female' || value === 'other';
}

function profilePicture(user: User, { version, siteURL, uploadsURL }: UserInfoSite): string | null {
  const images = `${siteURL}/content/themes/default/images`;
  // The misspelt name is the real one: 2.8 sends this picture for everybody.
  if (version === '2.8') return `${images}/user_defoult_img.jpg`;
  const picture = stored(user.picture);
  if (picture !== null && picture !== '') return `${uploadsURL}/${picture}`;
  const suffix = user.gender === 'male' || user.gender === 'female' ? `_${user.gender}` : '';
  return `${images}/blank_profile${suffix}.png`;
}
