import { type Caller, createCaller } from "../../handlers/aws/caller";

/** An error as the SDK throws it. */
function serviceError(name: string, status: number | undefined, extra: object = {}): Error {
  return Object.assign(new Error(`${name} said no`), { name, $metadata: { httpStatusCode: status }, ...extra });
}

function newCaller(requestsPerSecond = 20, signal = new AbortController().signal): Caller {
  return createCaller({ requestsPerSecond, signal });
}

/** A client of this service, and a command of this operation for it, whose answer is what `send` gives. */
function request<Answer>(service: string, operation: string, send: () => Promise<Answer>) {
  const serviceId = service === "sso-admin" ? "SSO Admin" : service;
  type Sent = { schema: unknown[]; resolveMiddleware(): () => Promise<{ output: Answer }> };
  const command = { schema: [9, `com.amazonaws.${service}`, operation] } as unknown as Sent;
  return [{ config: { serviceId }, send }, command] as const;
}

/** Lets every timer and promise of the fake clock run until `promise` is settled. */
async function settle<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await jest.runAllTimersAsync();
  return promise;
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe("pace", () => {
  /** When each of `count` calls started, milliseconds from the first. */
  async function startTimes(
    operations: [service: string, operation: string][],
    requestsPerSecond: number,
  ): Promise<number[]> {
    const call = newCaller(requestsPerSecond);
    const begin = performance.now();
    const times: number[] = [];
    const calls = operations.map(([service, operation]) =>
      call(
        ...request(service, operation, async () => {
          times.push(performance.now() - begin);
        }),
      ),
    );
    await settle(Promise.all(calls));
    return times;
  }

  it("starts sso-admin calls at requestsPerSecond, whichever they are", async () => {
    const operations = Array.from({ length: 31 }, (_, index): [string, string] => ["sso-admin", index % 2 ? "A" : "B"]);
    const times = await startTimes(operations, 15);
    expect(times.at(-1)).toBeGreaterThan(1900);
    expect(times.at(-1)).toBeLessThan(2010);
  });

  it("paces each Identity Store API by itself", async () => {
    const operations = Array.from({ length: 20 }, (_, index): [string, string] => [
      "identitystore",
      index % 2 ? "ListUsers" : "ListGroups",
    ]);
    const times = await startTimes(operations, 20);
    expect(times.at(-1)).toBeLessThan(460);
  });

  it("takes a raised quota of sso-admin's whole, and no more than the whole of the others", async () => {
    const raised = await startTimes(Array(81).fill(["sso-admin", "A"]), 40);
    expect(raised.at(-1)).toBeGreaterThan(1850);
    expect(raised.at(-1)).toBeLessThan(2010);
    const others = await startTimes(Array(41).fill(["identitystore", "ListUsers"]), 40); // 20/s, not 40
    expect(others.at(-1)).toBeGreaterThan(1850);
    expect(others.at(-1)).toBeLessThan(2010);
  });

  it("takes the same share of the quota of organizations (8/s)", async () => {
    const times = await startTimes(Array(9).fill(["organizations", "ListAccounts"]), 10); // half: 4/s
    expect(times.at(-1)).toBeGreaterThan(1700);
    expect(times.at(-1)).toBeLessThan(2010);
  });

  it("paces what a stage says of the services that it alone calls, by operation or in all", async () => {
    const call = newCaller(10); // half of every quota
    const begin = performance.now();
    const grants = { "cloudtrail:StartQuery": 2, "cloudtrail:*": 20 };
    const times: Record<string, number> = {};
    const work = (own: Caller) =>
      Promise.all(
        ["StartQuery", "StartQuery", "StartQuery", "DescribeQuery", "DescribeQuery"].map((operation) =>
          own(
            ...request("cloudtrail", operation, async () => {
              times[operation] = performance.now() - begin;
            }),
          ),
        ),
      );
    await settle(call.stage("work", work, grants));
    expect(times.StartQuery).toBeGreaterThan(1800);
    expect(times.DescribeQuery).toBeLessThan(110);
  });

  it("does not pace S3", async () => {
    expect((await startTimes(Array(100).fill(["s3", "UploadPart"]), 1)).at(-1)).toBe(0);
  });

  it("slows a throttled quota down and wins the pace back", async () => {
    const call = newCaller(20);
    const times: number[] = [];
    let refusals = 3;
    const one = () =>
      call(
        ...request("sso-admin", "A", async () => {
          times.push(performance.now());
          if (refusals-- > 0) throw serviceError("ThrottlingException", 400);
        }),
      );
    await settle(Promise.all(Array.from({ length: 60 }, one)));
    const afterThrottle = times[15]! - times[14]!;
    expect(afterThrottle).toBeGreaterThan(55); // 50 ms at full pace
    await settle(Promise.all(Array.from({ length: 300 }, one)));
    expect(times.at(-1)! - times.at(-2)!).toBeCloseTo(50, 0);
    expect(call.effort().throttled).toEqual({ "sso-admin:A": 3 });
  });

  it("waits at least RetryAfterSeconds", async () => {
    const call = newCaller();
    const times: number[] = [];
    await settle(
      call(
        ...request("identitystore", "ListUsers", async () => {
          times.push(performance.now());
          if (times.length === 1) throw serviceError("ThrottlingException", 400, { RetryAfterSeconds: 7 });
        }),
      ),
    );
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(7000);
  });
});

describe("retries", () => {
  it.each([
    ["a 500", serviceError("InternalServerException", 500)],
    ["a 503", serviceError("ServiceUnavailable", 503)],
    ["a dropped connection", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
    ["an answer cut short", serviceError("SyntaxError", 200)],
    ["organizations' throttling", serviceError("TooManyRequestsException", 400)],
    ["a time-out", Object.assign(new Error("timed out"), { name: "TimeoutError" })],
  ])("tries again after %s", async (_, error) => {
    const call = newCaller();
    let attempts = 0;
    const answer = settle(
      call(
        ...request("organizations", "ListAccounts", async () => {
          attempts += 1;
          if (attempts < 3) throw error;
          return "answer";
        }),
      ),
    );
    expect(await answer).toBe("answer");
    expect(call.effort().calls).toEqual({ "organizations:ListAccounts": 3 });
  });

  it.each([
    [
      "ERR_INVALID_URL",
      "no request could be made (TypeError: it says). Check the Region, the credentials, and what AWS_ENDPOINT_URL",
    ],
    ["ERR_INVALID_CHAR", "no request could be made"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "does not trust the certificate of what answered (SELF_SIGNED_CERT_IN_CHAIN)"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "NODE_EXTRA_CA_CERTS"],
    ["CERT_HAS_EXPIRED", "does not trust the certificate"],
  ])("does not try again what this machine refuses (%s)", async (code, expected) => {
    let attempts = 0;
    const answer = settle(
      newCaller()(
        ...request("sso-admin", "A", async () => {
          attempts += 1;
          throw Object.assign(new TypeError("it says"), { code });
        }),
      ),
    );
    await expect(answer).rejects.toThrow(expected);
    expect(attempts).toBe(1);
  });

  it.each([
    ["ValidationException", 400],
    ["ResourceNotFoundException", 400],
    ["AccessDeniedException", 400],
    ["ExpiredTokenException", 400],
  ])("does not try again after %s", async (name, status) => {
    const call = newCaller();
    await expect(
      settle(
        call(
          ...request("sso-admin", "A", async () => {
            throw serviceError(name, status);
          }),
        ),
      ),
    ).rejects.toThrow(name);
    expect(call.effort().calls).toEqual({ "sso-admin:A": 1 });
  });

  it.each(["CredentialsProviderError", "TokenProviderError", "CredentialsMissing"])(
    "ends at once where there is nothing to sign with: %s",
    async (name) => {
      const call = newCaller();
      const missing = Object.assign(new Error("The SSO session has ended."), { name });
      const failing = settle(
        call(
          ...request("sts", "GetCallerIdentity", async () => {
            throw missing;
          }),
        ),
      );
      await expect(failing).rejects.toMatchObject({ name: "CredentialsMissing" });
      await expect(failing).rejects.toThrow("The SSO session has ended.");
      await expect(failing).rejects.not.toThrow(/network/);
      expect(call.effort().calls).toEqual({ "sts:GetCallerIdentity": 1 });
    },
  );

  it("names the host that does not exist, and the Region as the likely reason", async () => {
    const hostname = "identitystore.eu-west-9.amazonaws.com";
    const unknown = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND", hostname });
    const failing = settle(
      newCaller()(
        ...request("identitystore", "ListUsers", async () => {
          throw unknown;
        }),
      ),
    );
    await expect(failing).rejects.toMatchObject({ name: "Unreachable" });
    await expect(failing).rejects.toThrow(new RegExp(`there is no host ${hostname} .* Region is spelled`));
  });

  it("gives up on an endpoint that is not there, and says so", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    const call = newCaller();
    const failing = settle(
      call(
        ...request("sso-admin", "ListPermissionSets", async () => {
          throw refused;
        }),
      ),
    );
    await expect(failing).rejects.toMatchObject({ name: "Unreachable", cause: refused });
    await expect(failing).rejects.toThrow(
      /sso-admin ListPermissionSets: no whole answer after 8 attempts.*ECONNREFUSED.*Region/,
    );
  });
});

describe("errors", () => {
  it.each([
    [
      "sso-admin",
      "ListAccountAssignments",
      "sso:ListAccountAssignments; it answers only to the management account and the Identity Center delegated administrator.",
    ],
    [
      "organizations",
      "ListAccounts",
      "organizations:ListAccounts; it answers only to the management account and delegated administrators.",
    ],
    ["identitystore", "ListUsers", "identitystore:ListUsers."],
    ["s3", "UploadPart", "s3:PutObject."],
    [
      "cloudtrail",
      "StartQuery",
      "cloudtrail:StartQuery; it answers only to the store's owner and a CloudTrail delegated administrator.",
    ],
    ["cloudtrail", "LookupEvents", "cloudtrail:LookupEvents on all resources (*)."],
  ])("names the permission that %s %s lacks, and whom it answers", async (service, operation, permission) => {
    const failing = settle(
      newCaller()(
        ...request(service, operation, async () => {
          throw serviceError("AccessDeniedException", 400);
        }),
      ),
    );
    await expect(failing).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(failing).rejects.toThrow(`${service} ${operation} was refused`);
    await expect(failing).rejects.toThrow(`needs ${permission}`);
  });

  it("tells refused credentials from a missing permission", async () => {
    const failing = settle(
      newCaller()(
        ...request("s3", "PutObject", async () => {
          throw serviceError("ExpiredToken", 403);
        }),
      ),
    );
    await expect(failing).rejects.toMatchObject({ name: "CredentialsRefused" });
  });
});

describe("an answer of another form than the SDK's models have", () => {
  it("is one that is not understood, and no trouble of the network", async () => {
    const call = newCaller();
    const [client, command] = request("identitystore", "ListUsers", async () => ({ Users: [{ Emails: "none" }] }));
    const read = (answer: unknown) => (answer as { Users: { Emails: string[] }[] }).Users[0]!.Emails.find(Boolean);
    const failing = settle(call(client, command, read));
    await expect(failing).rejects.toMatchObject({ name: "UnexpectedAnswer" });
    await expect(failing).rejects.toThrow(
      "identitystore ListUsers gave an answer that is not understood, 8 times in a row",
    );
    await expect(failing).rejects.not.toThrow("network");
  });
});

describe("the end of a run", () => {
  it("ends waits at once, with the reason", async () => {
    const ending = new AbortController();
    const call = newCaller(1, ending.signal);
    await settle(call(...request("sso-admin", "A", async () => {})));
    const waiting = call(...request("sso-admin", "A", async () => {}));
    ending.abort(new Error("interrupted"));
    await expect(waiting).rejects.toThrow("interrupted");
    await expect(call(...request("sso-admin", "A", async () => {}))).rejects.toThrow("interrupted");
    expect(call.effort().calls).toEqual({ "sso-admin:A": 1 });
  });
});
