import { type Caller, createCaller } from "../../handlers/aws/aws";
import type { LoginPart, LoginSource, LoginWindow } from "../../handlers/logins/source";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import * as organisation from "../support/organisation";

const { accountId, daysAgo, login, permissionSetName, userId, userName } = organisation;

/** Begins where a quarter of a day does: some sources read by these. */
const WINDOW: LoginWindow = { from: `${daysAgo(60).slice(0, 10)}T06:00:00Z`, to: organisation.now };
const REGIONS = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };
const start = Date.parse(WINDOW.from);
const end = Date.parse(WINDOW.to);
const at = (ms: number) => ({ eventTime: new Date(ms).toISOString().replace(".000Z", "Z") });
const nobody = { userIdentity: { type: "IdentityCenterUser" } };
const byName = (name: string) => ({ userIdentity: { type: "Unknown", principalId: "111122223333", userName: name } });
const credentials = { eventName: "GetRoleCredentials" };

/** What a source gives for one kind of login: the user, the role, the latest of each kind, the count. */
const read = (user: number, set: number, consoleMs: number | null, programmaticMs: number | null, count: number) => ({
  firstMs: Math.min(consoleMs ?? Number.POSITIVE_INFINITY, programmaticMs ?? Number.POSITIVE_INFINITY),
  userId: userId(user),
  userName: "",
  accountId: accountId(0),
  roleName: permissionSetName(set),
  lastConsoleMs: consoleMs,
  lastProgrammaticMs: programmaticMs,
  count,
});

/**
 * What every login source must do, whatever it reads from.
 *
 * @param make the source of what this local AWS serves
 */
export function loginSourceSuite(name: string, make: (aws: LocalAws) => LoginSource): void {
  describe(`${name} as a login source`, () => {
    let aws: LocalAws;
    let call: Caller;
    const ending = new AbortController();

    beforeAll(async () => {
      aws = await startLocalAws({ organisation: organisation.organisationOf({}), throttle: false, rate: 100 });
      process.env.AWS_ENDPOINT_URL = aws.url;
      process.env.AWS_REGION = "eu-west-1";
      process.env.AWS_ACCESS_KEY_ID = "AKIDEXAMPLE";
      process.env.AWS_SECRET_ACCESS_KEY = "example";
      call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
    });

    afterAll(async () => {
      ending.abort(new Error("The tests are over."));
      await aws.close();
    });

    async function serve(Records: object[]): Promise<LoginSource> {
      await aws.serveOrganisation(organisation.organisationOf({ Records } as Partial<OrganisationFile>));
      return make(aws);
    }

    /** Goes on, through JSON each time, until all is read. */
    async function finish(source: LoginSource, reading: unknown): Promise<LoginPart> {
      for (let left = 1_000; left > 0; left--) {
        const answer = await source.goOn(JSON.parse(JSON.stringify(reading)), Date.now(), call, () => {});
        if (answer.done) return JSON.parse(JSON.stringify(answer.part));
        reading = answer.reading;
        await call.sleep(5);
      }
      throw new Error("It never came to an end.");
    }

    async function part(...Records: object[]): Promise<LoginPart> {
      const source = await serve(Records);
      const { reading } = await source.begin(WINDOW, REGIONS, call);
      const { lastLogins, unattributed, notUnderstood, ...rest } = await finish(source, reading);
      const byRole = (a: { roleName: string }, b: { roleName: string }) => (a.roleName < b.roleName ? -1 : 1);
      const sorted = <Login extends { roleName: string }>(logins: readonly Login[]) => [...logins].sort(byRole);
      return {
        ...rest,
        lastLogins: sorted(lastLogins),
        unattributed: sorted(unattributed),
        notUnderstood: sorted(notUnderstood),
      };
    }

    test("both ends of the window are within, and nothing beyond", async () => {
      const { lastLogins } = await part(
        login(0, 1, 1, at(start - 1000)),
        login(0, 2, 1, at(start)),
        login(0, 3, 1, at(end)),
        login(0, 4, 1, at(end + 1000)),
      );

      expect(lastLogins).toEqual([read(1, 2, start, null, 1), read(1, 3, end, null, 1)]);
    });

    test("the latest of each kind counts, and all of them are counted", async () => {
      const { lastLogins } = await part(
        login(0, 1, 1, at(end - 5000)),
        login(0, 1, 1, at(end - 3000)),
        login(0, 1, 1, { ...credentials, ...at(end - 4000) }),
        login(0, 1, 1, { ...credentials, ...at(end - 9000) }),
      );

      expect(lastLogins).toEqual([{ ...read(1, 1, end - 3000, end - 4000, 4), firstMs: end - 9000 }]);
    });

    test("events of before July 2025 name their user by name, and an id goes first", async () => {
      const { lastLogins } = await part(
        login(0, 1, 1, { ...byName(userName(1)), ...at(end - 1000) }),
        login(0, 2, 1, {
          userIdentity: { type: "Unknown", userName: userName(2), onBehalfOf: { userId: userId(1) } },
          ...at(end - 1000),
        }),
      );

      expect(lastLogins).toEqual([
        { ...read(1, 1, end - 1000, null, 1), userId: "", userName: userName(1) },
        read(1, 2, end - 1000, null, 1),
      ]);
    });

    test("what failed, and what other services and other events tell, is no login", async () => {
      const { lastLogins, unattributed } = await part(
        login(0, 1, 1, { errorCode: "AccessDenied" }),
        login(0, 2, 1, { eventSource: "sts.amazonaws.com" }),
        login(0, 3, 1, { eventName: "ListAccountRoles" }),
      );

      expect({ lastLogins, unattributed }).toEqual({ lastLogins: [], unattributed: [] });
    });

    test("a login without a user is told apart", async () => {
      const { lastLogins, unattributed } = await part(
        login(0, 1, 1, nobody),
        login(0, 1, 1, { ...nobody, ...credentials }),
      );

      expect(lastLogins).toEqual([]);
      expect(unattributed).toEqual([{ accountId: accountId(0), roleName: permissionSetName(1), count: 2 }]);
    });

    test("an event that stands twice in what is read counts once", async () => {
      const twice = login(0, 1, 1, { ...at(end), eventID: "5f0c6c5e-0000-4000-8000-000000000001" });
      const { lastLogins } = await part(twice, twice, login(0, 1, 1, at(end)));

      expect(lastLogins).toEqual([read(1, 1, end, null, 2)]);
    });

    test("where old events have the user's id for the principal's, it is the user's", async () => {
      const principalId = `9067012345-${userId(1)}`;
      const { lastLogins } = await part(
        login(0, 1, 1, { userIdentity: { type: "Unknown", principalId, userName: userName(2) }, ...at(end) }),
        login(0, 2, 1, {
          userIdentity: { type: "Unknown", principalId: "111122223333", userName: userName(2) },
          ...at(end),
        }),
        login(0, 3, 1, {
          userIdentity: { type: "Unknown", principalId: "example.com//S-1-5-21-1-2-3-4", userName: userName(2) },
          ...at(end),
        }),
      );

      expect(lastLogins).toEqual([
        { ...read(1, 1, end, null, 1), userId: principalId },
        { ...read(1, 2, end, null, 1), userId: "", userName: userName(2) },
        { ...read(1, 3, end, null, 1), userId: "", userName: userName(2) },
      ]);
    });

    test("a login that tells no account or no role in a form that is known is not left out", async () => {
      const details = (account_id?: string, role_name?: string) => ({
        ...at(end),
        serviceEventDetails: { ...(account_id && { account_id }), ...(role_name && { role_name }) },
      });
      const seen = await part(
        login(0, 1, 1, { ...credentials, ...details() }),
        login(0, 1, 2, { ...details(accountId(0)) }),
        login(0, 1, 3, { ...details(undefined, "Set") }),
        login(0, 1, 4, { ...details(`arn:aws:organizations::111122223333:account/o-1/${accountId(0)}`, "Set") }),
        login(0, 1, 5, { ...details(accountId(0), "AWSReservedSSO_Set_0123456789abcdef") }),
        // An application, not a role.
        login(0, 1, 6, { ...details(), eventName: "Federate" }),
      );

      expect(seen.lastLogins).toEqual([]);
      expect(seen.notUnderstood.map((each) => each.userId).sort()).toEqual([1, 2, 3, 4, 5].map(userId));
    });

    test("names that hold what separates elsewhere come whole", async () => {
      const roleName = "A=b,c.@-x+_";
      const { lastLogins } = await part(
        login(0, 1, 1, {
          serviceEventDetails: { role_name: roleName, account_id: accountId(0) },
          ...byName('o\'brien, "Zoë"=1'),
          ...at(end),
        }),
      );

      expect(lastLogins).toEqual([
        { ...read(1, 1, end, null, 1), roleName, userId: "", userName: 'o\'brien, "Zoë"=1' },
      ]);
    });

    test("the same reading gives the same again", async () => {
      const source = await serve(organisation.many(30, (index) => login(0, index, index, at(end - index * 1000))));
      const { reading } = await source.begin(WINDOW, REGIONS, call);
      const sorted = ({ lastLogins }: LoginPart) => lastLogins.map((each) => JSON.stringify(each)).sort();

      const first = sorted(await finish(source, reading));
      const second = sorted(await finish(source, reading));

      expect(first).toHaveLength(30);
      expect(second).toEqual(first);
    });

    test("what it began is plain JSON, and says what can have been seen", async () => {
      const source = await serve([]);
      const begun = await source.begin(WINDOW, REGIONS, call);

      expect(JSON.parse(JSON.stringify(begun))).toEqual(begun);
      expect(begun).toMatchObject({ observedFrom: WINDOW.from, reason: null });
    });

    test("giving up never rejects, even when nothing answers any more", async () => {
      const source = await serve([login(0, 1, 1)]);
      const { reading } = await source.begin(WINDOW, REGIONS, call);
      await source.giveUp(reading);
      await source.giveUp(reading);

      const gone = await startLocalAws({ organisation: organisation.organisationOf({}) });
      process.env.AWS_ENDPOINT_URL = gone.url;
      const orphan = make(gone);
      await gone.close();
      process.env.AWS_ENDPOINT_URL = aws.url;
      await orphan.giveUp(reading);
    });
  });
}
