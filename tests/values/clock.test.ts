import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudTrailClient, DescribeQueryCommand } from "@aws-sdk/client-cloudtrail";
import { type Caller, createCaller } from "../../handlers/aws/aws";

// AWS's clock, as the real SDK's answers tell it: what a caller takes for it, and what it does not.

let server: Server;
let headers: Record<string, string> = {};
let status = 200;
let client: CloudTrailClient;
let call: Caller;

const DATE = "Fri, 20 Nov 2026 09:00:00 GMT";
const dateMs = Date.UTC(2026, 10, 20, 9);

beforeAll(async () => {
  server = createServer((_, response) => {
    response.sendDate = false;
    response.writeHead(status, headers).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" };
  const endpoint = `http://127.0.0.1:${port}`;
  client = new CloudTrailClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
});

beforeEach(() => {
  call = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal });
  status = 200;
});

afterAll(() => {
  client.destroy();
  server.close();
});

async function ask(given: Record<string, string>, by: Caller = call): Promise<void> {
  headers = given;
  await by(client, new DescribeQueryCommand({}));
}

it("is not known before there is an answer", () => {
  expect(call.awsNowMs()).toBeNull();
});

it("goes on from the newest answer's Date", async () => {
  await ask({ "x-amzn-requestid": "1", date: "Fri, 20 Nov 2020 09:00:00 GMT" });
  await ask({ "x-amzn-requestid": "2", date: DATE });
  const told = call.awsNowMs()!;
  expect(told).toBeGreaterThanOrEqual(dateMs);
  expect(told).toBeLessThan(dateMs + 600_000);

  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(call.awsNowMs()).toBeGreaterThan(told);
});

it("does not follow this machine's clock", async () => {
  await ask({ "x-amzn-requestid": "1", date: DATE });
  const clock = jest.spyOn(Date, "now").mockReturnValue(0);
  expect(call.awsNowMs()).toBeGreaterThanOrEqual(dateMs);
  clock.mockRestore();
});

it("is the same in every stage of a run", async () => {
  await call.stage("stage", (own) => ask({ "x-amzn-requestid": "1", date: DATE }, own));
  expect(call.awsNowMs()).toBeGreaterThanOrEqual(dateMs);
});

it.each([
  ["of a proxy, which knows no request id", { date: DATE }],
  ["that has no Date", { "x-amzn-requestid": "1" }],
  ["whose Date is in another form", { "x-amzn-requestid": "1", date: "2026-11-20T09:00:00Z" }],
  ["whose Date is none", { "x-amzn-requestid": "1", date: "Fri, 99 Xyz 2026 09:00:00 GMT" }],
])("is not taken from an answer %s", async (_, given) => {
  await ask(given as Record<string, string>);
  expect(call.awsNowMs()).toBeNull();
});

it("is not taken from an answer that is an error", async () => {
  status = 400;
  await expect(ask({ "x-amzn-requestid": "1", date: DATE })).rejects.toThrow();
  expect(call.awsNowMs()).toBeNull();
});
