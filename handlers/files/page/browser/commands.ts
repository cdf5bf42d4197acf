import type { PageRow } from "../pageColumns";
import type { PageRun } from "../pageData";

/** What somebody can do, and the command that does it. */
export interface Command {
  readonly what: string;
  readonly text: string;
}

/** Where the commands work. */
export type Place = Pick<PageRun, "region"> & {
  readonly settings: Pick<PageRun["settings"], "instanceArn" | "identityStoreId">;
};

/** A word of a POSIX shell that means nothing but itself, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const joined = (...parts: readonly string[]) => parts.join(" \\\n  ");

/** Takes a user out of a group, with all that the group gives. */
export function endMembership({ GroupId, UserId }: PageRow, { region, settings }: Place): string {
  const store = `--identity-store-id ${quoted(settings.identityStoreId)} --region ${quoted(region)}`;
  return joined(
    "aws identitystore delete-group-membership",
    store,
    `--membership-id "$(aws identitystore get-group-membership-id`,
    `  ${store}`,
    `  --group-id ${quoted(GroupId)}`,
    `  --member-id UserId=${quoted(UserId)}`,
    `  --query MembershipId --output text)"`,
  );
}

/** Removes an assignment: of a user, or of a group for all of its members. */
export function removeAssignment(
  { account, PermissionSetArn, Type, GroupId, UserId }: PageRow,
  { region, settings }: Place,
): string {
  return joined(
    "aws sso-admin delete-account-assignment",
    `--instance-arn ${quoted(settings.instanceArn)} --region ${quoted(region)}`,
    `--target-type AWS_ACCOUNT --target-id ${quoted(account)}`,
    `--permission-set-arn ${quoted(PermissionSetArn)}`,
    `--principal-type ${Type === "GROUP" ? "GROUP" : "USER"} --principal-id ${quoted(Type === "GROUP" ? GroupId : UserId)}`,
  );
}

const CONSOLES: Readonly<Record<string, string>> = {
  aws: "console.aws.amazon.com",
  "aws-us-gov": "console.amazonaws-us-gov.com",
  "aws-cn": "console.amazonaws.cn",
};

/** The address of IAM Identity Center in AWS's console; `null` for a partition whose console is not public. */
export function consoleOf({ region, settings }: Place): string | null {
  const [, partition = ""] = settings.instanceArn.split(":");
  const host = CONSOLES[partition];
  if (host === undefined || !/^[a-z0-9-]+$/.test(region)) return null;
  return `https://${region}.${host}/singlesignon/home?region=${region}`;
}
