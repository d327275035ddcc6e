export { type Identity, isRole, mayAct, ROLES, type Role } from './roles.ts';
export { issueToken, localSecret, type TokenKeys, TokenRefused, TokenVerifier } from './tokens.ts';
