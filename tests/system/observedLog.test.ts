import { type LocalAws, startLocalAws } from "../../local/aws";
import { captureLogs, jsonOf, startContainer } from "../support/container";
import { oneGrant, organisationOf, user } from "../support/organisation";

// What the log says of when which Region was seen: what the manifest says.

const logs = captureLogs();
let localAws: LocalAws;
beforeAll(async () => {
  const organisation = organisationOf({ ...oneGrant, Users: [user(0)], Records: [] });
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
});
afterAll(() => localAws.close());

test("the log says of each Region what was seen, as the manifest does", async () => {
  const container = startContainer(localAws);
  const result = await container.run();
  const { observed, reason, regions } = jsonOf(container.bucket, result.manifestKey.replace("credential_reports/", ""))
    .sources.logins;

  expect(logs.filter(({ message }) => message === "logins")).toEqual([
    expect.objectContaining({ level: "INFO", observed, reason, regions }),
  ]);
  expect(regions).toEqual([expect.objectContaining({ region: expect.any(String), to: expect.any(String) })]);
  expect(observed).toBe(false);
});
