import type { Texts } from './texts.en.js';

export const fr: Texts = {
  layout: {
    skip: 'Aller au contenu',
    banner: 'Fournisseur local, pour le développement',
    navigation: 'Principale',
    myApps: 'Mes applications',
    myLogins: 'Mes connexions',
    developers: 'Développeurs',
    console: 'Console',
    signIn: 'Se connecter',
    signOut: 'Se déconnecter',
    signedInAs: (name) => `Connecté en tant que ${name}`,
    footer: (site) =>
      `Ceci n’est pas le vrai ${site}\u00a0: ce site tourne sur votre machine, ses membres sont inventés ` +
      'et rien n’en sort.',
  },
  home: {
    title: (site) => `Bienvenue sur ${site}`,
    lead:
      'Un fournisseur local pour le développement. Il se comporte comme le «\u00a0Log in With\u00a0» du ' +
      'vrai site, surprises comprises.',
    signedInAs: (name, username) => `Vous êtes connecté en tant que ${name} (@${username}).`,
    signedOut: 'Vous n’êtes pas connecté.',
    signIn: 'Se connecter',
    signOut: 'Se déconnecter',
    apps: 'Mes applications',
    appsLead: 'Enregistrez une application, obtenez son app_id et son app_secret, et les lignes de code à coller.',
    logins: 'Mes connexions',
    loginsLead:
      'Voyez les applications que vous avez acceptées\u00a0; retirez-en une pour que la question vous soit ' +
      'posée de nouveau.',
    docs: 'Développeurs',
    docsLead: 'Le protocole pas à pas, et ce que la documentation ne dit pas.',
    console: 'Console',
    consoleLead: 'Suivez en direct les requêtes de votre application, et essayez ce qui peut mal tourner.',
  },
  signIn: {
    title: 'Se connecter',
    lead: 'Choisissez qui vous êtes. Pas de mot de passe\u00a0: ces membres n’existent qu’ici.',
    leadToApp: (app) =>
      `Choisissez qui vous êtes pour continuer vers ${app}. Pas de mot de passe\u00a0: ces membres n’existent qu’ici.`,
    users: 'Membres',
    nobody: 'Il n’y a encore aucun membre.',
    firstOf: (shown, all) => `Les ${shown} premiers membres sur ${all}. Pour un autre, saisissez le nom d’utilisateur.`,
    userName: 'Nom d’utilisateur',
    submit: 'Se connecter',
    unknown: (name) => `Aucun membre ici ne porte le nom d’utilisateur «\u00a0${name}\u00a0».`,
  },
  consent: {
    title: (site) => `Se connecter avec ${site}`,
    heading: (app, site) => `Se connecter à ${app} avec ${site}`,
    asks: (app) => `${app} recevra\u00a0:`,
    receives: [
      'votre nom, votre adresse e-mail et votre nom d’utilisateur',
      'votre photo et votre couverture',
      'genre, date de naissance, situation amoureuse, biographie et site web, s’ils sont renseignés',
    ],
    onlyOnce:
      'La question n’est posée qu’une fois. Les connexions suivantes se font sans clic, tant que vous ne ' +
      'retirez pas l’application dans «\u00a0Mes connexions\u00a0».',
    website: 'Site web\u00a0:',
    accept: (name) => `Continuer en tant que ${name}`,
    cancel: 'Annuler',
  },
};
