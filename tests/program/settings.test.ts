import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type SettingKey, settings } from "../../components/settings";
import { regionProblems, togetherProblems } from "../../components/settingsCheck";
import { unknownKeys } from "../../components/stackConfig";
import manifestSchema from "../../handlers/files/manifest.schema.json";
import { runSettings, type Setting, settingProblem } from "../../handlers/settings";
import { project } from "./runProgram";
import { root, stackFileConfig } from "./stack";

const arn = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef";

const right: [SettingKey, unknown[]][] = [
  [
    "lakeId",
    [
      "",
      "01234567-89ab-cdef-0123-456789abcdef",
      arn,
      arn.replace("aws", "aws-us-gov").replace("eu-west-1", "us-gov-west-1"),
      arn.replace("aws", "aws-cn").replace("eu-west-1", "cn-north-1"),
    ],
  ],
  ["trailTable", ["", "security.cloudtrail_logs", "AwsDataCatalog.Security.cloudtrail-logs-1", `a.${"b".repeat(128)}`]],
  ["trailWorkgroup", ["primary", "security.audit_1-2"]],
  [
    "loginRoleArn",
    ["", "arn:aws:iam::444455556666:role/read-logins", "arn:aws-cn:iam::444455556666:role/a/b/read_logins"],
  ],
  ["identityStoreId", ["", "d-1234567890", "01234567-89ab-cdef-0123-456789abcdef"]],
  [
    "instanceArn",
    ["", "arn:aws:sso:::instance/ssoins-1234567890abcdef", "arn:aws-cn:sso:::instance/ssoins-1234567890abcdef"],
  ],
  ["bucketName", ["", "abc", "credential-reports.example.com", `a${"b".repeat(62)}`]],
  ["adoptBucket", [true, false]],
  ["deleteBucket", [true, false]],
  ["schedule", ["cron(0 20 ? * SUN *)", "rate(7 days)"]],
  [
    "scheduleTimezone",
    ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+5"],
  ],
  ["scheduleEnabled", [true, false]],
  ["lookbackDays", [1, 90, 3653]],
  ["newAccessDays", [0, 14, 365]],
  ["administratorPermissionSets", [[], ["PlatformAdmin", "a+b=c,d.e@f-g_h"], Array(50).fill("A")]],
  ["reviewerPattern", ["", "^team-(\\w+)-", "(?:a|b)-(.*)"]],
  ["retentionDays", [0, 400, 3650]],
  ["lockReports", [0, 1, 3650]],
  ["kmsKeyArn", ["", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]],
  ["kmsKeyArn", ["arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"]],
  ["lakeKmsKeyArn", ["", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]],
  ["identityCenterKmsKeyArn", ["", "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]],
  ["notificationEmail", ["", "security@example.com", "o'brien+access@mail.example.co.uk"]],
  ["notificationTopicArn", ["", "arn:aws-us-gov:sns:us-gov-west-1:111122223333:security_alerts-1"]],
  ["notifyOnSuccess", [true, false]],
  ["dashboard", [true, false]],
  ["catalog", [true, false]],
  ["documentName", ["credential_report_export", "credential_report_export_staging", "a.b-c"]],
  ["requestsPerSecond", [1, 15, 20, 21, 200]],
  ["memorySize", [512, 2048, 3008, 10_240]],
];

const wrong: [SettingKey, unknown[]][] = [
  ["lakeId", [null, " ", "abc", `${arn}0`, arn.replace("cloudtrail", "s3"), arn.replace("111122223333", "1111"), 7]],
  [
    "trailTable",
    [
      "logs",
      "a.b.c.d",
      ".logs",
      "a..b",
      'a."b"',
      "a.b c",
      "a.b;",
      `a.${"b".repeat(129)}`,
      `${"a".repeat(128)}.${"b".repeat(128)}`,
    ],
  ],
  [
    "loginRoleArn",
    [
      "read-logins",
      "arn:aws:iam::444455556666:user/a",
      "arn:aws:iam::4444:role/a",
      `arn:aws:iam::444455556666:role/${"a".repeat(65)}`,
    ],
  ],
  ["trailWorkgroup", ["", "a b", "a/b", "a".repeat(129), null]],
  [
    "identityStoreId",
    ["1234567890", "d-123", "d-12345678901", "D-1234567890", "0123456789abcdef0123456789abcdef0123", null],
  ],
  [
    "instanceArn",
    [
      "ssoins-1234567890abcdef",
      "arn:aws:sso:eu-west-1:111122223333:instance/ssoins-1234567890abcdef",
      "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
      "arn:aws:sso:::instance/ssoins-123",
    ],
  ],
  [
    "bucketName",
    ["ab", "Reports", "my_bucket", "a..b", "-abc", "abc-", "192.168.0.1", "xn--abc", "abc-s3alias", "a".repeat(64)],
  ],
  ["adoptBucket", ["yes", 1, "true"]],
  ["deleteBucket", ["no"]],
  ["schedule", ["cron(0 20 * ? 7 *)", "every sunday", "at(2026-11-22T20:00:00)"]],
  ["scheduleTimezone", ["", "Berlin", "Europe/Atlantis", "+02:00", "europe/berlin", "utc"]],
  ["scheduleEnabled", ["on"]],
  ["lookbackDays", [0, 3654, 1.5, -1, Number.NaN, "90", "ninety"]],
  ["newAccessDays", [-1, 366, 0.5]],
  [
    "administratorPermissionSets",
    ["PlatformAdmin", ["a b"], [""], ["a".repeat(33)], [7], Array(51).fill("A"), null, { name: "PlatformAdmin" }],
  ],
  ["reviewerPattern", ["team-\\w+", "(a)(b)", "(", "(?=a)(b)", "(a)".padEnd(501), 7]],
  ["retentionDays", [-1, 3651]],
  ["lockReports", [-1, 3651]],
  [
    "kmsKeyArn",
    ["alias/reports", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:alias/reports"],
  ],
  ["lakeKmsKeyArn", ["alias/lake", 7]],
  ["identityCenterKmsKeyArn", ["1234abcd-12ab-34cd-56ef-1234567890ab"]],
  ["notificationEmail", ["security", "security@example", "a b@example.com", "Security <security@example.com>"]],
  [
    "notificationTopicArn",
    ["security", "arn:aws:sqs:eu-west-1:111122223333:security", "arn:aws:sns:eu-west-1:111122223333:a.fifo"],
  ],
  ["notifyOnSuccess", ["yes"]],
  ["dashboard", ["true"]],
  ["catalog", [1]],
  ["documentName", ["", "ab", "credential report", "aws-report", "Amazon-report", "a".repeat(129)]],
  ["requestsPerSecond", [0, 201]],
  ["memorySize", [511, 10_241, 2048.5, "2048"]],
];

const cases = (table: [SettingKey, unknown[]][]) =>
  table.flatMap(([key, values]) => values.map((value) => [key, value] as const));

test.each(cases(right))("%s takes %j", (key, value) => {
  expect(settingProblem(key, settings[key], value)).toBeUndefined();
});

test.each(cases(wrong))("%s refuses %j", (key, value) => {
  const problem = settingProblem(key, settings[key], value)!;
  expect(problem).toContain(`${key}: expected ${settings[key].expected}, got ${JSON.stringify(value)}`);
  expect(problem).toContain(settings[key].hint);
});

test("every key has right and wrong values in these tables", () => {
  const keys = Object.keys(settings).sort();
  expect([...new Set(right.map(([key]) => key))].sort()).toEqual(keys);
  expect([...new Set(wrong.map(([key]) => key))].sort()).toEqual(keys);
});

test("an error reads as a person wants it", () => {
  expect(settingProblem("lakeId", settings.lakeId, "abc")).toBe(
    'lakeId: expected an event data store id (UUID) or ARN, or "" for Event history, got "abc". Find it under CloudTrail → Lake → Event data stores.',
  );
  expect(settingProblem("lookbackDays", settings.lookbackDays, 0)).toBe(
    "lookbackDays: expected a whole number of days from 1 to 3653, got 0.",
  );
  expect(settingProblem("schedule", settings.schedule, "cron(0 20 * ? 7 *)")).toBe(
    'schedule: expected an EventBridge Scheduler expression like cron(0 20 ? * SUN *), got "cron(0 20 * ? 7 *)" ' +
      "(the month field holds ?, which stands only for one of the two day fields). " +
      "The syntax: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
  );
});

test.each([
  [{ adoptBucket: true, bucketName: "" }, "adoptBucket: expected bucketName"],
  [{ adoptBucket: true, bucketName: "abc", deleteBucket: true }, "deleteBucket cannot go with adoptBucket"],
  [{ adoptBucket: true, bucketName: "abc", lockReports: 1 }, "lockReports cannot go with adoptBucket"],
  [{ lockReports: 401, retentionDays: 400 }, "lockReports: expected at most retentionDays (400), got 401"],
  [
    { notificationEmail: "a@example.com", notificationTopicArn: "arn:aws:sns:eu-west-1:111122223333:a" },
    "notificationEmail cannot go with notificationTopicArn",
  ],
  [{ lakeKmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/a", lakeId: "" }, "lakeKmsKeyArn: expected lakeId"],
  [{ lakeId: arn, trailTable: "security.cloudtrail_logs" }, "lakeId cannot go with trailTable"],
  [
    { notifyOnSuccess: true, notificationEmail: "" },
    "notifyOnSuccess: expected notificationEmail or notificationTopicArn",
  ],
])("%j do not go together", (given, problem) => {
  expect(togetherProblems(given)).toEqual([expect.stringContaining(problem)]);
});

test.each([
  {},
  { adoptBucket: true, bucketName: "abc" },
  { lockReports: 400, retentionDays: 400 },
  { lockReports: 401, retentionDays: 0 },
  { lakeKmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/a", lakeId: arn },
  { notifyOnSuccess: true, notificationTopicArn: "arn:aws:sns:eu-west-1:111122223333:a" },
  { notifyOnSuccess: true, notificationEmail: "a@example.com", adoptBucket: true, bucketName: "abc" },
  { notificationEmail: "a@example.com", notificationTopicArn: "" },
])("%j go together", (given) => {
  expect(togetherProblems(given)).toEqual([]);
});

test("what Lambda's environment cannot hold is refused; the most of both that is plain text fits", () => {
  const administratorPermissionSets = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(32, "n"));
  const patternOf = (letter: string) => ({ administratorPermissionSets, reviewerPattern: "(a)".padEnd(500, letter) });
  expect(togetherProblems(patternOf("b"))).toEqual([]);
  expect(togetherProblems(patternOf("字"))).toEqual([
    expect.stringMatching(
      /^administratorPermissionSets and reviewerPattern: expected at most 2800 bytes of both .*4 KB, got 3\d{3}\. Name fewer/,
    ),
  ]);
});

test("a key and a topic are of the stack's own Region; the keys of what is only read need not be", () => {
  const elsewhere = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const topic = "arn:aws:sns:us-east-1:111122223333:security";
  expect(regionProblems({ kmsKeyArn: elsewhere, notificationTopicArn: topic }, "us-east-1")).toEqual([]);
  expect(regionProblems({ kmsKeyArn: "", notificationTopicArn: "", lakeKmsKeyArn: elsewhere }, "eu-west-1")).toEqual(
    [],
  );
  expect(regionProblems({ kmsKeyArn: elsewhere, notificationTopicArn: topic }, "eu-west-1")).toEqual([
    expect.stringContaining(`kmsKeyArn: expected one in eu-west-1, the stack's Region, got "${elsewhere}". Find it`),
    expect.stringContaining(`notificationTopicArn: expected one in eu-west-1, the stack's Region, got "${topic}".`),
  ]);
});

test("a misspelt key is named, with the nearest that there is; other namespaces are left alone", () => {
  expect(unknownKeys(["aws:region", "other:schdule", `${project}:lakeId`], project)).toEqual([]);
  expect(unknownKeys([`${project}:schdule`, `${project}:bucketname`], project)).toEqual([
    "bucketname: there is no such setting. Did you mean bucketName? Remove it with: pulumi config rm bucketname",
    "schdule: there is no such setting. Did you mean schedule? Remove it with: pulumi config rm schdule",
  ]);
  expect(unknownKeys([`${project}:frequency`], project)[0]).toContain("Known are lakeId, trailTable, trailWorkgroup, ");
});

/** The help, with the range where there is one. */
function described({ help, range }: Setting): string {
  return range === "" ? help : `${help} ${range[0]!.toUpperCase()}${range.slice(1)}.`;
}

describe("the files agree with the code", () => {
  const rows = Object.entries<Setting>(settings);

  test("Pulumi.yaml declares every key with the code's type, sentence, range and default, in its order, and no other", () => {
    const { name, config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string; config: object };
    const declared = rows.map(([key, setting]) => {
      const items = setting.type === "array" ? { items: { type: "string" } } : {};
      const value = setting.defaultValue === undefined ? {} : { default: setting.defaultValue };
      return [key, { type: setting.type, ...items, description: described(setting), ...value }];
    });
    expect(config).toEqual(Object.fromEntries(declared));
    expect(Object.keys(config)).toEqual(Object.keys(settings));
    expect(name).toBe(project);
  });

  describe("CredentialReportArgs", () => {
    const source = readFileSync(join(root, "components/credentialReport.ts"), "utf8");
    const body = source.slice(source.indexOf("interface CredentialReportArgs"), source.indexOf("\n}\n"));
    const args = new Map(
      [...body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)(\??): (.*);/g)].map(([, comment, key, mark, type]) => {
        const [prose, ...tags] = comment!.replace(/^\s*\* ?/gm, "").split(/^@/m);
        const byDefault = tags
          .find((tag) => tag.startsWith("default "))
          ?.slice("default ".length)
          .trim();
        const sentences = prose!.replace(/\s+/g, " ").replaceAll("`", "").trim();
        return [
          key!,
          { sentences, byDefault, required: mark === "", type: type!.replace(/^pulumi\.Input<(.*)>$/, "$1") },
        ];
      }),
    );

    test("has every key in the code's order, and no other", () => {
      expect([...args.keys()]).toEqual(Object.keys(settings));
    });

    test.each(rows)("documents %s as the code has it", (key, setting) => {
      const { sentences, byDefault, required, type } = args.get(key)!;
      // More may follow: what matters to a program.
      expect(`${sentences} `.slice(0, described(setting).length + 1)).toBe(`${described(setting)} `);
      expect(byDefault).toBe(setting.defaultValue === undefined ? undefined : JSON.stringify(setting.defaultValue));
      expect(required).toBe(setting.defaultValue === undefined);
      const types = { string: "string", boolean: "boolean", integer: "number", array: "readonly string[]" };
      expect(type).toBe(types[setting.type]);
    });
  });

  test("the manifest's schema has the settings of a run, with their ranges", () => {
    const { properties, required } = manifestSchema.properties.settings;
    const names = Object.keys(runSettings).map((key) => (key === "lakeId" ? "eventDataStore" : key));
    expect(Object.keys(properties).sort()).toEqual([...names].sort());
    // Manifests of version 0.1 do not have these.
    const added = ["trailTable", "trailWorkgroup", "loginRoleArn"];
    expect([...required].sort()).toEqual(names.filter((name) => !added.includes(name)).sort());
    for (const key of ["lookbackDays", "newAccessDays"] as const) {
      const { min, max } = runSettings[key];
      expect(properties[key]).toMatchObject({ minimum: min, maximum: max });
    }
    expect(properties.requestsPerSecond).toMatchObject({ minimum: runSettings.requestsPerSecond.min });
  });

  test("no setting is required", () => {
    expect(rows.filter(([, setting]) => setting.defaultValue === undefined).map(([key]) => key)).toEqual([]);
  });

  test.each(["Pulumi.dev.yaml", "Pulumi.prod.yaml.example"])("%s sets known keys to right values", (file) => {
    expect(existsSync(join(root, file))).toBe(true);
    const given = stackFileConfig(file);
    expect(
      unknownKeys(
        Object.keys(given).map((key) => `${project}:${key}`),
        project,
      ),
    ).toEqual([]);
    for (const [key, text] of Object.entries(given) as [SettingKey, string][]) {
      const value = settings[key].type === "string" ? text : JSON.parse(text);
      expect(settingProblem(key, settings[key], value)).toBeUndefined();
    }
  });
});
