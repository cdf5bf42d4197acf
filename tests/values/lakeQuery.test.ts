import type { CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import { Parser } from "node-sql-parser/build/trino";
import { createCaller } from "../../handlers/aws/caller";
import { loginQuery, readLogins } from "../../handlers/logins/lakeQuery";

const STORE = "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d";
const WINDOW = { from: "2026-08-22T09:00:00Z", to: "2026-11-20T09:00:00Z" };
const query = loginQuery(STORE, Date.parse(WINDOW.from), Date.parse(WINDOW.to));

describe("loginQuery", () => {
  it("is Trino", () => {
    // Trino's grammar knows no unquoted UUID, which CloudTrail Lake wants.
    const parse = (text: string) => new Parser().astify(text.replace(STORE, "store"), { database: "trino" });
    expect(parse(query)).toMatchObject({ type: "select" });
    expect(() => parse(query.replace("GROUP BY", "GROUP"))).toThrow();
    expect(() => parse(query.replace(" AS removed_region", " AS removed_region,"))).toThrow();
  });

  it("names the store by its bare id", () => {
    expect(query).toContain(`\nFROM ${STORE}\n`);
  });

  it("limits eventTime at both ends, to the millisecond", () => {
    expect(query).toContain("eventTime >= timestamp '2026-08-22 09:00:00.000'");
    expect(query).toContain("eventTime <= timestamp '2026-11-20 09:00:00.000'");
  });

  it("fits StartQuery", () => {
    expect(query.length).toBeLessThan(10_000);
  });

  it("reads both event forms, and does not filter on the user name or the Region", () => {
    expect(query).toContain("userIdentity.onBehalfOf.userId");
    expect(query).toContain("userIdentity.userName");
    const conditions = query.slice(query.indexOf("WHERE"), query.indexOf("GROUP BY"));
    expect(conditions).not.toMatch(/userName|awsRegion/);
  });
});

describe("readLogins", () => {
  const login = (more: object = {}) => ({
    ...{ user_id: "u-1", user_name: "", account_id: "111111111111", role_name: "ReadOnly" },
    ...{ first_login: "2026-11-19 08:15:30.000", last_console: "2026-11-20 08:15:30.000" },
    ...{ last_programmatic: "", logins: "3" },
    ...more,
  });
  /** CloudTrail with a finished query of these pages. */
  function read(total: number | undefined, ...pages: (object | number)[][]) {
    const answers = pages.map((rows, index) => ({
      $metadata: { requestId: `request-${index}` },
      QueryStatus: "FINISHED",
      QueryStatistics: { TotalResultsCount: total },
      QueryResultRows: rows.map((row) =>
        typeof row === "object" ? Object.entries(row).map(([name, value]) => ({ [name]: value })) : row,
      ),
      NextToken: index < pages.length - 1 ? String(index + 1) : undefined,
    }));
    const config = { serviceId: "CloudTrail" };
    const send = async ({ input }: GetQueryResultsCommand) => answers[Number(input.NextToken ?? 0)];
    const cloudTrail = { config, send } as unknown as CloudTrailClient;
    const call = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal });
    return readLogins("query-1", WINDOW, cloudTrail, call, () => {});
  }

  it("reads rows of one-key objects, and tells those that name nobody apart", async () => {
    expect(await read(2, [login()], [], [login({ user_id: "" })])).toEqual({
      lastLogins: [
        {
          ...{ userId: "u-1", userName: "", accountId: "111111111111", roleName: "ReadOnly", count: 3 },
          firstMs: Date.parse("2026-11-19T08:15:30Z"),
          ...{ lastConsoleMs: Date.parse("2026-11-20T08:15:30Z"), lastProgrammaticMs: null },
        },
      ],
      unattributed: [{ accountId: "111111111111", roleName: "ReadOnly", count: 3 }],
      notUnderstood: [],
      assignments: [],
      removedRegions: [],
      reason: null,
    });
  });

  it("tells other events from logins, and counts those that it does not understand as rows", async () => {
    const assigned = (more: object = {}) => ({
      ...{
        user_id: "",
        account_id: "",
        role_name: "",
        first_login: "2026-11-19 08:15:30.000",
        last_console: "",
        logins: "1",
      },
      ...{
        event_name: "CreateAccountAssignment",
        event_id: "e-1",
        target_type: "AWS_ACCOUNT",
        target_id: "111111111111",
      },
      ...{ permission_set: "arn:aws:sso:::permissionSet/ssoins-1/ps-1", principal_type: "USER", principal: "u-1" },
      ...{ requested_by: "arn:aws:iam::111111111111:user/root", removed_region: "" },
      ...more,
    });
    const removed = assigned({ event_name: "RemoveRegion", event_id: "e-3", removed_region: "eu-west-1" });
    const part = await read(4, [assigned(), assigned({ event_id: "e-2", principal_type: "ROLE" }), removed, login()]);
    expect(part.assignments).toEqual([
      {
        ...{ id: "e-1", kind: "created", atMs: Date.parse("2026-11-19T08:15:30Z"), accountId: "111111111111" },
        ...{ permissionSetArn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1", principalType: "USER", principalId: "u-1" },
        by: "arn:aws:iam::111111111111:user/root",
      },
    ]);
    expect([part.removedRegions, part.lastLogins.length, part.reason]).toEqual([["eu-west-1"], 1, null]);
  });

  it("does not take rows for all of them where nobody says how many there are", async () => {
    expect((await read(undefined, [login()])).reason).toBe("the login query did not say how many rows it has");
  });

  it.each([
    ["a row that did not come", 2, [login()], "IncompleteAnswer", "has 2 rows, but only 1 came"],
    ["a number that is none", 1, [login({ logins: "x" })], "UnexpectedAnswer", 'gave "x" for a number of logins'],
    [
      "an event that was not asked for",
      1,
      [login({ event_name: "CreateUser" })],
      "UnexpectedAnswer",
      'gave "CreateUser" for event_name',
    ],
    ["a row that is no list of cells", 1, [7], "UnexpectedAnswer", "gave 7 for a row"],
    ["a cell that is no text", 1, [login({ role_name: 7 })], "UnexpectedAnswer", "gave 7 for role_name"],
    ["no number", 1, [login({ logins: undefined })], "UnexpectedAnswer", "for a number of logins"],
    [
      "a time that is none",
      1,
      [login({ last_console: "yesterday" })],
      "UnexpectedAnswer",
      'gave "yesterday" for a time',
    ],
    ["a login without a time", 1, [login({ last_console: "" })], "UnexpectedAnswer", "for the times of a login"],
    ["a login without a first", 1, [login({ first_login: "" })], "UnexpectedAnswer", "for the times of a login"],
    [
      "a login after the window",
      1,
      [login({ last_console: "2026-11-20 09:00:00.001" })],
      "UnexpectedAnswer",
      "expected one from 2026-08-22T09:00:00Z to 2026-11-20T09:00:00Z",
    ],
    [
      "a login before the window",
      1,
      [login({ first_login: "2026-08-22 08:59:59.999" })],
      "UnexpectedAnswer",
      'gave "2026-08-22 08:59:59.999" for a time',
    ],
  ])("refuses %s", async (_, total, rows, name, message) => {
    await expect(read(total, rows)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});
