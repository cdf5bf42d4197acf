import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { assignmentEvents, inOrder } from "./generator/assignmentEvents";
import * as directory from "./generator/directory";
import { events } from "./generator/events";
import { completeSize, type OrganisationSize, type Size, SizeError } from "./generator/size";
import { createStructure, identityStoreId, instanceArn, type Structure } from "./generator/structure";

export type { OrganisationSize } from "./generator/size";

/**
 * Writes an organisation file of exactly this size, without holding it. The same size and seed give the same bytes.
 *
 * @returns the size, with its defaults filled in
 */
export async function generateOrganisation(size: OrganisationSize, outFile: string): Promise<Size> {
  const complete = completeSize(size);
  await pipeline(Readable.from(inChunks(lines(complete))), createWriteStream(outFile));
  return complete;
}

/** CloudTrail's events, in the order of their time. */
function records(structure: Structure): Iterable<object> {
  return inOrder<{ eventTime: string }>(events(structure), assignmentEvents(structure));
}

function* lines(size: Size): Generator<string> {
  const structure = createStructure(size);
  const owner = structure.accountId(0);
  const header = {
    Now: directory.daysAgo(0),
    InstanceArn: instanceArn,
    IdentityStoreId: identityStoreId,
    OwnerAccountId: owner,
    EventDataStore: {
      EventDataStoreArn: `arn:aws:cloudtrail:us-east-1:${owner}:eventdatastore/6f1d0a52-3c84-4b7e-8e29-5a0c7d913b46`,
      Name: "organization-events",
      Status: "ENABLED",
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
      MultiRegionEnabled: true,
      OrganizationEnabled: true,
      RetentionPeriod: 2557,
      CreatedTimestamp: directory.daysAgo(500),
      UpdatedTimestamp: directory.daysAgo(500),
    },
  };
  const arrays = {
    Regions: directory.regions,
    Accounts: directory.accounts,
    PermissionSets: directory.permissionSets,
    ManagedPolicies: directory.managedPolicies,
    Users: directory.users,
    Groups: directory.groups,
    GroupMemberships: directory.memberships,
    AccountAssignments: directory.accountAssignments,
    ProvisionedAccounts: directory.provisionedAccounts,
    Records: records,
  };
  yield "{\n";
  for (const [key, value] of Object.entries(header)) yield `"${key}": ${JSON.stringify(value)},\n`;
  let separator = "";
  for (const [key, items] of Object.entries(arrays)) {
    yield `${separator}"${key}": [`;
    separator = "\n";
    for (const item of items(structure)) {
      yield `${separator}${JSON.stringify(item)}`;
      separator = ",\n";
    }
    yield "\n]";
    separator = ",\n";
  }
  yield "\n}\n";
}

/** Few large writes instead of many small ones. */
function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  let length = 0;
  for (const text of texts) {
    chunk.push(text);
    length += text.length;
    if (length < 256 * 1024) continue;
    yield chunk.join("");
    chunk = [];
    length = 0;
  }
  yield chunk.join("");
}

const usage = `Usage: npm run generate -- --accounts N --permission-sets N --users N --groups N --out FILE [options]

  --assigned-groups N   groups with an assignment (default: four fifths)
  --memberships N       (default: five for each group)
  --pairs N             provisioned pairs of account and permission set (default: two for each account)
  --user-assignments N  assignments to users (default: one for every twenty pairs)
  --events N            login events of the last 120 days (default: ten for each user)
  --assignment-events N events that make or delete an assignment (default: one for every ten pairs)
  --odd-rate R          share of everything that is odd, 0 to 1 (default 0.01)
  --seed S              the same seed gives the same bytes (default 1)`;

const numbers = {
  "--accounts": "accounts",
  "--permission-sets": "permissionSets",
  "--users": "users",
  "--groups": "groups",
  "--assigned-groups": "assignedGroups",
  "--memberships": "memberships",
  "--pairs": "pairs",
  "--user-assignments": "userAssignments",
  "--events": "events",
  "--assignment-events": "assignmentEvents",
  "--odd-rate": "oddRate",
  "--seed": "seed",
} as const;

async function generate(): Promise<void> {
  const flags = Object.keys(numbers).map((flag) => [flag.slice(2), { type: "string" }] as const);
  const { values } = parseArgs({
    options: { ...Object.fromEntries(flags), out: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (typeof values.out !== "string") throw new SizeError("--out: expected a file, got nothing");
  const given = Object.entries(numbers).flatMap(([flag, name]) => {
    const text = (values as Record<string, string | undefined>)[flag.slice(2)];
    if (text === undefined) return [];
    if (text.trim() === "" || Number.isNaN(Number(text))) {
      throw new SizeError(`${flag}: expected a number, got "${text}"`);
    }
    return [[name, Number(text)]];
  });
  const size = await generateOrganisation(Object.fromEntries(given), values.out);
  console.log(JSON.stringify({ out: values.out, ...size }));
}

if (require.main === module) {
  generate().catch((error: NodeJS.ErrnoException) => {
    const isUsage = error instanceof SizeError || error.code?.startsWith("ERR_PARSE_ARGS");
    console.error(isUsage ? `${error.message}\n\n${usage}` : `${error.message}`);
    process.exitCode = isUsage ? 2 : 1;
  });
}
