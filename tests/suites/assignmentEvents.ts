import { createCaller } from "../../handlers/aws/caller";
import type { LoginSource } from "../../handlers/logins/source";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import * as organisation from "../support/organisation";

const { accountId, daysAgo, groupId, instanceArn, login, now, permissionSetArn, userId } = organisation;
const seconds = (instant: string) => instant.replace(".000Z", "Z");
const WINDOW = { from: seconds(daysAgo(60)), to: now };
const INSTANCE = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };
const administrator = "arn:aws:sts::111122223333:assumed-role/Administrators/alice";

/** As AWS records it when somebody assigns a permission set to a group. */
const assigned = (name: string, eventID: string, more: object = {}, parameters: object = {}) => ({
  eventTime: seconds(daysAgo(3)),
  eventSource: "sso.amazonaws.com",
  eventName: name,
  eventID,
  readOnly: false,
  userIdentity: { type: "AssumedRole", principalId: "AROAEXAMPLE:alice", arn: administrator },
  requestParameters: {
    instanceArn,
    targetId: accountId(1),
    targetType: "AWS_ACCOUNT",
    permissionSetArn: permissionSetArn(2),
    principalType: "GROUP",
    principalId: groupId(3),
    ...parameters,
  },
  ...more,
});

/** What every login source gives of the events that tell when an assignment was made. */
export function assignmentEventSuite(name: string, make: (aws: LocalAws) => LoginSource): void {
  describe(`${name} tells when assignments were made`, () => {
    let aws: LocalAws;
    const ending = new AbortController();
    const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });

    beforeAll(async () => {
      aws = await startLocalAws({ organisation: organisation.organisationOf({}), throttle: false, rate: 100 });
      process.env.AWS_ENDPOINT_URL = aws.url;
      process.env.AWS_REGION = "eu-west-1";
      process.env.AWS_ACCESS_KEY_ID = "AKIDEXAMPLE";
      process.env.AWS_SECRET_ACCESS_KEY = "example";
    });

    afterAll(async () => {
      ending.abort(new Error("The tests are over."));
      await aws.close();
    });

    const read = (...Records: object[]) => readOf("all", ...Records);

    async function readOf(events: "all" | "assignments", ...Records: object[]) {
      await aws.serveOrganisation(organisation.organisationOf({ Records } as Partial<OrganisationFile>));
      const source = make(aws);
      let { reading } = await source.begin(WINDOW, INSTANCE, call, events);
      for (let left = 1_000; left > 0; left--) {
        const answer = await source.goOn(JSON.parse(JSON.stringify(reading)), Date.now(), call, () => {});
        if (answer.done) return answer.part;
        reading = answer.reading;
        await call.sleep(5);
      }
      throw new Error("It never came to an end.");
    }

    test("each once, with who asked for it, and apart from logins", async () => {
      const made = assigned("CreateAccountAssignment", "event-1");
      const { assignments, lastLogins, unattributed, notUnderstood } = await read(
        made,
        made,
        assigned("CreateAccountAssignment", "event-2"),
        assigned(
          "DeleteAccountAssignment",
          "event-3",
          { userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: userId(7) } } },
          { principalType: "USER", principalId: userId(5) },
        ),
        assigned("CreateAccountAssignment", "event-4", { userIdentity: { type: "Root", accountId: "111122223333" } }),
        login(0, 0, 0),
      );

      const one = {
        atMs: Date.parse(seconds(daysAgo(3))),
        accountId: accountId(1),
        permissionSetArn: permissionSetArn(2),
        ...({ principalType: "GROUP", principalId: groupId(3), by: administrator } as const),
      };
      expect([...assignments].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { id: "event-1", kind: "created", ...one },
        { id: "event-2", kind: "created", ...one },
        { id: "event-3", kind: "deleted", ...one, principalType: "USER", principalId: userId(5), by: userId(7) },
        { id: "event-4", kind: "created", ...one, by: "" },
      ]);
      expect([lastLogins.length, unattributed, notUnderstood]).toEqual([1, [], []]);
    });

    test("alone, where nothing else is asked for", async () => {
      const { assignments, lastLogins, unattributed, notUnderstood } = await readOf(
        "assignments",
        assigned("CreateAccountAssignment", "event-1"),
        assigned("DeleteAccountAssignment", "event-2"),
        login(0, 0, 0),
        login(0, 0, 0, { userIdentity: { type: "IdentityCenterUser" } }),
      );
      expect(assignments.map(({ id }) => id).sort()).toEqual(["event-1", "event-2"]);
      expect([lastLogins, unattributed, notUnderstood]).toEqual([[], [], []]);
    });

    test("none that failed, is another service's, or lies outside of the window", async () => {
      const { assignments, notUnderstood } = await read(
        assigned("CreateAccountAssignment", "event-1", { errorCode: "AccessDenied" }),
        assigned("CreateAccountAssignment", "event-2", { eventSource: "sts.amazonaws.com" }),
        assigned("CreateAccountAssignment", "event-3", { eventTime: seconds(daysAgo(61)) }),
        assigned("CreatePermissionSet", "event-4"),
        login(0, 0, 0),
      );
      expect({ assignments, notUnderstood }).toEqual({ assignments: [], notUnderstood: [] });
    });

    test("none of a form that is not understood, which proves nothing", async () => {
      const { assignments, lastLogins, notUnderstood } = await read(
        assigned("CreateAccountAssignment", "event-1", { requestParameters: null }),
        assigned("CreateAccountAssignment", "event-2", {}, { targetId: "ou-1234" }),
        assigned("CreateAccountAssignment", "event-3", {}, { targetType: "ORGANIZATIONAL_UNIT" }),
        assigned("CreateAccountAssignment", "event-4", {}, { principalType: "ROLE" }),
        assigned("CreateAccountAssignment", "event-5", {}, { principalId: "" }),
        assigned("CreateAccountAssignment", "event-6", {}, { permissionSetArn: "Administrators" }),
        login(0, 0, 0),
      );
      expect([assignments, lastLogins.length, notUnderstood]).toEqual([[], 1, []]);
    });
  });
}
