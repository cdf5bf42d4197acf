import { ListPermissionSetsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, type MustBe } from "../aws/aws";
import { reportError } from "../errors";
import { PAGE_SIZE } from "./requests";

/**
 * The ARNs of all permission sets of the instance.
 *
 * @param keptAs see `Listing`; without it, they are those of this moment
 */
export function listPermissionSets(
  InstanceArn: string,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  mustBe: MustBe,
  keptAs?: string,
): Promise<string[]> {
  return allPages(call, ssoAdmin, {
    command: (NextToken) => new ListPermissionSetsCommand({ InstanceArn, MaxResults: PAGE_SIZE, NextToken }),
    list: "PermissionSets",
    itemOf: (arn) => mustBe.id("PermissionSets", arn),
    idOf: String,
    ...(keptAs !== undefined && { keptAs }),
  });
}

/** Tells which permission sets are deleted while a report reads them. */
export interface DeletedSets {
  /** What `read` gives; `null` where the permission set is not found, and is not listed any more either. */
  unlessDeleted<Value>(arn: string, read: () => Promise<Value>): Promise<Value | null>;
  /** Those of which it gave `null`. */
  arns(): readonly string[];
}

export function createDeletedSets(
  InstanceArn: string,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  mustBe: MustBe,
): DeletedSets {
  /** Asked once for each that was not found, after that: whether it is listed still. */
  const listed = new Map<string, Promise<boolean>>();
  const deleted = new Set<string>();

  return {
    async unlessDeleted(arn, read) {
      if (deleted.has(arn)) return null;
      try {
        return await read();
      } catch (error) {
        if ((error as Error).name !== "ResourceNotFoundException") throw error;
        let isListed = listed.get(arn);
        if (isListed === undefined) {
          isListed = listPermissionSets(InstanceArn, ssoAdmin, call, mustBe).then((arns) => arns.includes(arn));
          listed.set(arn, isListed);
        }
        if (await isListed) throw stillListed(arn, error as Error);
        deleted.add(arn);
        return null;
      }
    },
    arns: () => [...deleted],
  };
}

function stillListed(arn: string, error: Error): Error {
  return reportError(
    error.name,
    `${error.message} (about the permission set ${arn}, which is listed all the same). If it, or the account, was deleted just now, run the report again.`,
    error,
  );
}
