/** The id of the app that the doctor asks for, and that does not exist. The local provider does not tell of it. */
export const madeUpAppId = '100000000000001';
