import type { AssignmentEvent } from "../model";

/** What an event says of an assignment; texts are empty where it does not say. */
export interface NamedAssignment {
  readonly id: string;
  readonly atMs: number | null;
  readonly targetType: string;
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: string;
  readonly principalId: string;
  readonly by: string;
}

/**
 * The assignment that an event tells of; `null` where it is not understood. Such a one may be dropped, since that there is no event proves
 * nothing. Another instance's has another one's permission set.
 */
export function assignmentOf(kind: AssignmentEvent["kind"], named: NamedAssignment): AssignmentEvent | null {
  const { id, atMs, targetType, accountId, permissionSetArn, principalType, principalId, by } = named;
  const ofAccount = (targetType === "AWS_ACCOUNT" || targetType === "") && /^\d{12}$/.test(accountId);
  const ofSet = /^arn:[\w-]+:sso:::permissionSet\/[\w.-]+\/ps-[\w.-]+$/.test(permissionSetArn);
  if (id === "" || atMs === null || !ofAccount || !ofSet || principalId === "") return null;
  if (principalType !== "USER" && principalType !== "GROUP") return null;
  return { id, kind, atMs, accountId, permissionSetArn, principalType, principalId, by };
}
