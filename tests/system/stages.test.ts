/**
 * Every stage of a run takes and gives plain JSON and holds no state that another needs: an engine may run each in a process of its
 * own. Shows that no file of the report, manifest included, depends on it.
 */
import { createCaller, createClients, mergeEfforts } from "../../handlers/aws/aws";
import { NO_DECISIONS, publish } from "../../handlers/files/files";
import {
  collect,
  readApplications,
  readInstance,
  readOrganization,
  readProvisioning,
} from "../../handlers/grants/grants";
import {
  beginLogins,
  createLoginSource,
  finishLogins,
  loginTargets,
  reportWindow,
  withKnownTargets,
} from "../../handlers/logins/logins";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { createMemorySink, emptyHistory, runProduct } from "../../local/runReport";

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws({ organisation: "local/organisations/sample.json", throttle: false, rate: 100 });
});

afterAll(() => aws.close());

/** As another process would get it. */
const sent = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value));

/** What does not depend on when, how often a query was asked for its state, and which id it got. */
function lasting(manifest: Buffer): object {
  const { startedAt, finishedAt, calls, sources, ...rest } = JSON.parse(manifest.toString("utf8"));
  const { "cloudtrail:DescribeQuery": polls, ...otherCalls } = calls;
  const { queryId, calls: loginCalls, ...logins } = sources.logins;
  expect(loginCalls - polls).toBe(3);
  return { ...rest, calls: otherCalls, sources: { ...sources, logins } };
}

test("stages that each have a process of their own give the files of one run", async () => {
  const whole = await runProduct(aws);
  expect(whole.manifest.calls).toEqual(aws.stats().calls);
  const { startedAt, finishedAt, runId, account, region, caller, trigger, note, now } = whole.manifest;
  const settings = sent({ ...whole.manifest.settings, now });
  const ending = new AbortController();
  /** A client and a caller that nothing else has. */
  const apart = () => ({
    clients: createClients(),
    call: createCaller({ requestsPerSecond: 10_000, signal: ending.signal }),
    source: createLoginSource(settings),
  });
  const nothing = () => {};

  const first = apart();
  const instance = sent(await readInstance(settings, first.clients, first.call));
  const begun = sent(await beginLogins(first.source, reportWindow(settings), instance.value, first.call));
  const second = apart();
  const provisioning = sent(await readProvisioning(settings, instance.value, second.clients, second.call, nothing));
  const third = apart();
  const organization = sent(await readOrganization(third.clients, third.call));
  const collected = apart();
  const collection = sent(
    await collect(settings, provisioning.value, organization.value, collected.clients, collected.call, nothing),
  );
  const looked = apart();
  const applications = sent(await readApplications(settings, looked.clients, looked.call, nothing));
  const fourth = apart();
  const logins = sent(await finishLogins(fourth.source, begun.value, Number.POSITIVE_INFINITY, fourth.call, nothing));
  const loginsEffort = mergeEfforts(begun.effort, logins.effort);
  const targets = loginTargets(settings, provisioning.value, collection.value, logins.value);
  const sources = sent({
    settings,
    instance: instance.value,
    applications: applications.value,
    provisioning: provisioning.value,
    collection: collection.value,
    logins: withKnownTargets(logins.value, targets),
  });
  const facts = sent({
    ...{ runId, account, region, caller, trigger, note },
    startedMs: Date.parse(startedAt),
    finishedMs: Date.parse(finishedAt),
    effort: mergeEfforts(
      ...[instance, provisioning, organization, collection, applications].map(({ effort }) => effort),
      loginsEffort,
    ),
    loginsEffort,
  });
  const sink = createMemorySink();
  await publish(sources, facts, NO_DECISIONS, emptyHistory, sink, nothing);
  const again = createMemorySink();
  await publish(sent(sources), sent(facts), sent(NO_DECISIONS), emptyHistory, again, nothing);
  ending.abort(new Error("The run has ended."));

  expect(Object.keys(sink.files)).toEqual(Object.keys(whole.files));
  for (const [name, bytes] of Object.entries(whole.files)) {
    if (name === "manifest.json") expect(lasting(sink.files[name]!)).toEqual(lasting(bytes));
    else expect([name, sink.files[name]!.equals(bytes)]).toEqual([name, true]);
    expect([name, again.files[name]!.equals(sink.files[name]!)]).toEqual([name, true]);
  }
});
