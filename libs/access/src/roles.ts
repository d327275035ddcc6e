/** Roles of the product. Source: product.md, "Access". */
export const ROLES = [
  'viewer',
  'steward',
  'kpi-owner',
  'corrector',
  'approver',
  'closer',
  'auditor',
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Who is asking, as the token says. */
export interface Identity {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** Units whose subtree may be seen; absent: all. */
  readonly units?: readonly string[];
}

/** Whether an identity has one of the roles; no roles named: any role will do. */
export function mayAct(identity: Identity, needed: readonly Role[]): boolean {
  return needed.length === 0
    ? identity.roles.length > 0
    : needed.some((role) => identity.roles.includes(role));
}
