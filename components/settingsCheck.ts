import * as pulumi from "@pulumi/pulumi";
import { settingProblem, waysToLogins } from "../handlers/settings";
import { longSettingsBytes } from "./limits";
import { runError } from "./refusal";
import { type SettingKey, type SettingValues, settings } from "./settings";

const keys = Object.keys(settings) as SettingKey[];

/** What is wrong with settings that are right one by one. */
export function togetherProblems(given: Partial<Record<SettingKey, unknown>>): string[] {
  const problems: string[] = [];
  const isSet = (key: SettingKey) =>
    given[key] !== undefined && given[key] !== "" && given[key] !== false && given[key] !== 0;
  const refuse = (one: SettingKey, other: SettingKey, why: string) => {
    if (isSet(one) && isSet(other)) problems.push(`${one} cannot go with ${other}: ${why}`);
  };
  if (isSet("adoptBucket") && !isSet("bucketName")) {
    problems.push(
      "adoptBucket: expected bucketName to name the bucket to adopt, got none. Set bucketName, or leave adoptBucket out.",
    );
  }
  if (isSet("lakeKmsKeyArn") && !isSet("lakeId")) {
    problems.push(
      "lakeKmsKeyArn: expected lakeId to name the event data store that is encrypted with it, got none. Set lakeId, or leave lakeKmsKeyArn out.",
    );
  }
  refuse("lakeId", "trailTable", "logins are read from one source. Leave one of them out.");
  refuse("deleteBucket", "adoptBucket", "an adopted bucket is never deleted. Leave deleteBucket out.");
  refuse("lockReports", "adoptBucket", "an adopted bucket is used as it is. Set Object Lock on the bucket itself.");
  if (isSet("notifyOnSuccess") && !isSet("notificationEmail") && !isSet("notificationTopicArn")) {
    problems.push(
      "notifyOnSuccess: expected notificationEmail or notificationTopicArn to say who is told, got neither. Set one, or leave notifyOnSuccess out.",
    );
  }
  refuse("notificationEmail", "notificationTopicArn", "subscribe the address to that topic, or leave one of them out.");
  // JSON within the environment's JSON; of what is known later Lambda complains itself.
  const { administratorPermissionSets, reviewerPattern, trailTable, loginRoleArn } = given;
  const known = [
    administratorPermissionSets,
    reviewerPattern,
    trailTable || undefined,
    loginRoleArn || undefined,
  ].filter((value) => value !== undefined && !isKnownLater(value));
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(known)));
  if (bytes > longSettingsBytes) {
    problems.push(
      `administratorPermissionSets and reviewerPattern: expected at most ${longSettingsBytes} bytes of both together (and of trailTable and loginRoleArn), since Lambda's whole ` +
        `environment holds 4 KB, got ${bytes}. Name fewer permission sets, or shorten the pattern.`,
    );
  }
  const { lockReports, retentionDays } = given;
  if (
    typeof lockReports === "number" &&
    typeof retentionDays === "number" &&
    retentionDays > 0 &&
    lockReports > retentionDays
  ) {
    problems.push(
      `lockReports: expected at most retentionDays (${retentionDays}), got ${lockReports}. Lower it, or keep reports longer (0: forever).`,
    );
  }
  return problems;
}

/** What is wrong with settings for a stack in this Region. CloudWatch tells no topic, and no service uses a key, of another one. */
export function regionProblems(given: Partial<Record<SettingKey, unknown>>, region: string): string[] {
  return (["kmsKeyArn", "notificationTopicArn"] as const).flatMap((key) => {
    const arn = given[key];
    if (typeof arn !== "string" || arn === "" || arn.split(":")[3] === region) return [];
    return `${key}: expected one in ${region}, the stack's Region, got ${JSON.stringify(arn)}. ${settings[key].hint}`;
  });
}

/** What of the settings says where logins are read. */
export type LoginPlace = Pick<SettingValues, "lakeId" | "trailTable" | "loginRoleArn">;

/**
 * What is wrong with a stack in an account that does not own the Identity Center instance; undefined where nothing is. Event history holds
 * an account's own events alone, and logins are recorded in the account that owns the instance.
 */
export function ownerProblem(
  { lakeId, trailTable, loginRoleArn }: LoginPlace,
  accountId: string,
  ownerAccountId: string,
): string | undefined {
  if (lakeId !== "" || trailTable !== "" || loginRoleArn !== "" || accountId === ownerAccountId) return undefined;
  return (
    `loginRoleArn, lakeId, trailTable: expected one of them in account ${accountId}, got none: the logins are in the CloudTrail Event history of account ` +
    `${ownerAccountId}, which owns the IAM Identity Center instance, and can be read there alone. Deploy into that account, or: ${waysToLogins(ownerAccountId, ["loginRoleArn", "lakeId", "trailTable"])}`
  );
}

/** One error for all problems, printed by Pulumi without a stack trace. */
export function settingsError(problems: readonly string[]): pulumi.RunError {
  return runError(problems.length === 1 ? "One setting is wrong" : `${problems.length} settings are wrong`, problems);
}

export type SettingInputs = { readonly [Key in SettingKey]?: pulumi.Input<SettingValues[Key]> };

type Checked<Inputs extends SettingInputs> = { readonly [Key in SettingKey]-?: NonNullable<Inputs[Key]> };

/**
 * Fills in defaults and checks every value: plain ones at once, those that are known only during the deployment then, where
 * a wrong one fails it.
 */
export function checkSettings<Inputs extends SettingInputs>(inputs: Inputs): Checked<Inputs> {
  const checked: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const key of keys) {
    const value = inputs[key] ?? settings[key].defaultValue;
    if (isKnownLater(value)) {
      const output = pulumi.output(value) as pulumi.Output<unknown>;
      checked[key] = output.apply(async (known) => {
        const problem = settingProblem(key, settings[key], known, await pulumi.isSecret(output));
        if (problem) throw settingsError([problem]);
        return known;
      });
    } else {
      const problem = settingProblem(key, settings[key], value);
      if (problem) problems.push(problem);
      checked[key] = value;
    }
  }
  problems.push(...togetherProblems(checked as Partial<Record<SettingKey, unknown>>));
  if (problems.length > 0) throw settingsError(problems);
  return checked as Checked<Inputs>;
}

function isKnownLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}
