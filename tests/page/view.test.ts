import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { consoleOf, endMembership, quoted, removeAssignment } from "../../handlers/files/page/browser/commands";
import { belongsTo, selectionOf } from "../../handlers/files/page/browser/selection";
import { FIRST_VIEW, hashOf, viewIn } from "../../handlers/files/page/browser/view";
import type { PageRow } from "../../handlers/files/page/pageColumns";
import { adviceOf, SAMPLE_RUN, sampleRows } from "../../local/sampleReport";

const rows = sampleRows({ accounts: 6, permissionSets: 4, users: 30, groups: 12, groupsAPair: 1 }).map(
  (row): PageRow => ({
    ...row,
    Administrator: "",
    AdministratorReason: "",
    SuggestedAction: adviceOf(row).action,
    Reason: "",
  }),
);

test("a view comes back from its address, whatever was typed", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const selection = fc.option(fc.record({ kind: text, ids: fc.array(text, { maxLength: 4 }) }), { nil: null });
  const view = fc.record({
    preset: text,
    search: text,
    filters: fc.dictionary(
      fc.stringMatching(/^[A-Za-z]{1,12}$/),
      text.filter((value) => value !== ""),
      { maxKeys: 3 },
    ),
    only: selection,
    open: selection,
  });
  fc.assert(fc.property(view, (given) => expect(viewIn(hashOf(given))).toEqual(given)));
});

test("the first view has no address, and an address that says nothing is the first view", () => {
  expect(hashOf(FIRST_VIEW)).toBe("");
  for (const hash of ["", "#", "#grants", "#%", "#show"])
    expect(viewIn(hash)).toEqual({ ...FIRST_VIEW, preset: hash === "#show" ? "" : "all" });
});

test("a row's address is its own, and what is not known opens nothing", () => {
  for (const row of rows) expect(rows.filter(belongsTo(selectionOf("grant", row))!)).toEqual([row]);
  for (const kind of ["constructor", "__proto__", "nothing", ""]) expect(belongsTo({ kind, ids: [] })).toBeNull();
  expect(belongsTo({ kind: "person", ids: ["a", "b"] })).toBeNull();
});

/** The words that a shell makes of a command, the first of which it would run. */
function wordsOf(command: string): string[] {
  const script = `set -f; aws() { for word; do printf '%s\\0' "$word"; done; }; ${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test("a shell takes every name for nothing but itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."a'\"$`\\ \n;&|*~#!"), maxLength: 12 }), (text) => {
      expect(wordsOf(`aws ${quoted(text)}`)).toEqual([text]);
    }),
    { numRuns: 30 },
  );
});

test("commands name the assignment of the row, and its membership", () => {
  const group = rows.find((row) => row.Type === "GROUP" && row.UserId !== "")!;
  const direct = rows.find((row) => row.Type === "USER")!;
  const { instanceArn, identityStoreId } = SAMPLE_RUN.settings;

  expect(wordsOf(removeAssignment(direct, SAMPLE_RUN))).toEqual([
    ...["sso-admin", "delete-account-assignment", "--instance-arn", instanceArn, "--region", "eu-west-1"],
    ...["--target-type", "AWS_ACCOUNT", "--target-id", direct.account],
    ...["--permission-set-arn", direct.PermissionSetArn, "--principal-type", "USER", "--principal-id", direct.UserId],
  ]);
  expect(wordsOf(removeAssignment(group, SAMPLE_RUN)).slice(-4)).toEqual([
    ...["--principal-type", "GROUP", "--principal-id", group.GroupId],
  ]);
  const words = wordsOf(endMembership(group, SAMPLE_RUN));
  expect(words.slice(0, 6)).toEqual([
    ...["identitystore", "delete-group-membership", "--identity-store-id", identityStoreId, "--region", "eu-west-1"],
  ]);
  expect(endMembership(group, SAMPLE_RUN).replace(/ \\\n +/g, " ")).toContain(
    `get-group-membership-id --identity-store-id '${identityStoreId}' --region 'eu-west-1' --group-id '${group.GroupId}' --member-id UserId='${group.UserId}'`,
  );
});

test("the console is the partition's; where none is known, there is no link", () => {
  const inPartition = (partition: string, region: string) =>
    consoleOf({
      region,
      settings: { ...SAMPLE_RUN.settings, instanceArn: `arn:${partition}:sso:::instance/ssoins-1` },
    });
  expect(inPartition("aws", "eu-west-1")).toBe(
    "https://eu-west-1.console.aws.amazon.com/singlesignon/home?region=eu-west-1",
  );
  expect(inPartition("aws-us-gov", "us-gov-west-1")).toContain("console.amazonaws-us-gov.com");
  expect(inPartition("aws-cn", "cn-north-1")).toContain("console.amazonaws.cn");
  expect(inPartition("aws-iso", "us-iso-east-1")).toBeNull();
  expect(inPartition("aws", "evil.example/")).toBeNull();
});
