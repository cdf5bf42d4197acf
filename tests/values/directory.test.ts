import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { type Caller, createJournal, createMustBe } from "../../handlers/aws/aws";
import { createDirectory } from "../../handlers/grants/directory";

const BARE = "a0000000-0000-4000-8000-000000000001";
const PREFIXED = `9067012345-${BARE}`;

/** The users found where this is asked for, and AWS answers with that. */
function describeUser(asked: string, UserId: string) {
  const answered = async (_client: unknown, _command: unknown, read: (answer: unknown) => unknown) =>
    read({ UserId, UserName: "alice" });
  const call = Object.assign(answered, { once: createJournal().once }) as unknown as Caller;
  const client = new IdentitystoreClient({ region: "eu-west-1" });
  return createDirectory("d-9067012345", client, call, createMustBe(), () => {}).describeUser(asked);
}

test.each([
  [BARE, BARE],
  [BARE, PREFIXED],
  [PREFIXED, BARE],
])("asked for %s, AWS answers with %s: the grant keeps its user", async (asked, answered) => {
  expect(await describeUser(asked, answered)).toMatchObject({ id: asked, name: "alice" });
});

test("an answer about somebody else is not understood", async () => {
  await expect(describeUser(BARE, "b0000000-0000-4000-8000-000000000001")).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: expect.stringContaining(`expected an answer about ${BARE}`),
  });
});
