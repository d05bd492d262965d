/** What a visitor of the example app reads on the pages of `loginWith()` and of the local sites, by language. */
export const english = {
  signIn: 'Sign in',
  consent: 'Log in to Example app with Pimbuzz',
  start: 'Log in with Pimbuzz',
  startText: 'Did another site send you here without asking you?',
  link: 'Add this Look Loox account?',
  linkText: 'can log in here as you',
  confirmLink: 'Yes, this is my account',
  freshPage: 'Look at Pimbuzz now',
  freshHeading: 'What Pimbuzz tells about you now',
  linkButton: 'Link your Look Loox account',
};

export const french: typeof english = {
  ...english,
  signIn: 'Se connecter',
  consent: 'Se connecter à Example app avec Pimbuzz',
  start: 'Se connecter avec Pimbuzz',
  startText: 'Un autre site vous a envoyé ici sans que vous le demandiez',
  link: 'Ajouter ce compte Look Loox ?',
  linkText: 'pourra se connecter ici à votre place',
  confirmLink: 'Oui, c’est mon compte',
};
