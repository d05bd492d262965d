import type { Names } from './names.en.js';

export const namesFr: Names = {
  states: {
    maintenance: {
      title: 'Maintenance',
      lead: 'Tous sauf les admins reçoivent une page (200, HTML) au lieu de JSON, et aucune clé n’est regardée.',
    },
    moduleEnabled: {
      title: 'Module développeurs désactivé',
      lead:
        'L’admin du site l’a désactivé\u00a0: les débuts mènent à une page, les deux appels de l’API reçoivent une ' +
        'erreur (200, JSON).',
    },
    debugging: {
      title: 'Avertissements dans la sortie',
      lead: 'Seule la version 2.8 en a\u00a0: ils précèdent le JSON, qui devient illisible.',
    },
    databaseDown: {
      title: 'Base de données en panne',
      lead: 'Une page (200, HTML) à la place de tout\u00a0; sur 2.8, un 500 vide.',
    },
    sqlError: {
      title: 'Erreur SQL',
      lead: 'La table des accords est cassée\u00a0: une erreur en JSON qui peut contenir du SQL brut.',
    },
    callerBanned: {
      title: 'Appelant bloqué',
      lead: 'Le site a bloqué l’adresse de votre serveur\u00a0: une page (200, HTML) au lieu de JSON.',
    },
    private: {
      title: 'Site privé',
      lead: 'Il faut se connecter pour voir ses pages. Les connexions aux applications continuent.',
    },
    activationRequired: {
      title: 'Activation non exigée',
      lead: 'Sans adresse e-mail confirmée, on arrive à la page d’accord, et son bouton échoue.',
    },
    approvalRequired: {
      title: 'Approbation non exigée',
      lead: 'Le site n’arrête plus ceux que son admin n’a pas admis.',
    },
    packageRequired: {
      title: 'Abonnement non exigé',
      lead: 'Le site n’arrête plus ceux qui n’ont pas payé.',
    },
    language: {
      title: 'Langue du site',
      lead: 'Messages et libellés pour qui ne demande aucune de ses langues\u00a0: en, fr, de, ar, es.',
    },
    languages: {
      title: 'Langues activées',
      lead: 'Celle du site doit en être. Mettez la langue à fr, puis ceci à fr\u00a0: un site français sans anglais.',
    },
    languageDetection: {
      title: 'Sans détection de la langue',
      lead: 'Le site ne regarde pas Accept-Language.',
    },
    uploadsURL: {
      title: 'Fichiers ailleurs',
      lead: 'Le dossier des photos\u00a0: une URL sur un CDN ou S3, ou un chemin comme /media.',
    },
  },
  faults: {
    reset: 'La connexion est coupée au lieu d’une réponse. Le site a tourné, donc la clé est consommée.',
    hang: 'Aucune réponse, jamais. Le site a tourné. Votre application a-t-elle un délai maximal\u202f?',
    stalled: 'Une moitié de réponse, puis le silence. Le site a tourné.',
    truncated: 'Une moitié de réponse, puis la connexion se ferme. Le site a tourné.',
    endless: 'Une réponse qui ne finit jamais. Le site a tourné.',
    slow: 'La réponse par petits morceaux, en 10 secondes.',
    too_large: 'La réponse, suivie d’un mébioctet d’espaces.',
    wrong_host: '302 vers l’accueil du site avec le contenu normal, comme sous un mauvais nom d’hôte ou schéma.',
    html: 'Une page (200, HTML). Le site n’a pas regardé l’appel.',
    maintenance: 'La page d’un site en maintenance.',
    database_down: 'La page d’un site dont la base de données est en panne.',
    caller_banned: 'La page d’un site qui a bloqué votre serveur.',
    sql_error: 'Une erreur en JSON qui contient du SQL brut.',
    module_disabled: 'L’erreur d’un site dont le module développeurs est désactivé.',
    wrong_secret: '«\u00a0invalid app_secret\u00a0», bien qu’il soit juste. La clé reste valable.',
    used_key: 'La clé a perdu sa validité avant, comme après un second échange.',
    expired_token: 'Le jeton est trop vieux.',
    dead_token: 'Le jeton a été remplacé par une connexion plus récente.',
    deleted_user: '[] au lieu d’un profil\u00a0: le membre a été supprimé.',
    'reset before': 'La connexion est coupée avant que le site tourne\u00a0: la clé reste valable.',
  },
  fields: {
    id: 'Id',
    username: 'Nom d’utilisateur',
    email: 'Adresse e-mail',
    firstName: 'Prénom',
    lastName: 'Nom',
    gender: 'Genre',
    birthdate: 'Date de naissance',
    picture: 'Photo',
    cover: 'Couverture',
    registered: 'Inscription',
    relationship: 'Situation amoureuse',
    biography: 'Biographie',
    website: 'Site web',
    verified: 'A le badge du site',
    activated: 'A confirmé l’adresse e-mail',
    approved: 'Admis par l’admin du site',
    hasPackage: 'A un abonnement payé',
    started: 'A complété le profil',
    banned: 'Banni par le site',
    admin: 'Admin\u00a0: passe pendant la maintenance',
  },
  hints: {
    id: 'Des chiffres\u00a0; vide pour le prochain libre.',
    gender: 'male, female, other, ou un libellé propre au site.',
    birthdate: 'AAAA-MM-JJ, ou 0000-00-00 comme dans de vieux comptes.',
    picture: 'Chemin sous le dossier des fichiers, par exemple photos/ada.svg.',
    cover: 'Chemin sous le dossier des fichiers.',
    registered: 'AAAA-MM-JJ HH:MM:SS, en UTC.',
  },
  reasons: {
    activated: 'l’adresse e-mail n’est pas confirmée',
    approved: 'le compte n’est pas approuvé',
    hasPackage: 'il n’y a pas d’abonnement payé',
    started: 'le profil n’est pas complété',
    banned: 'le compte est banni',
  },
};
