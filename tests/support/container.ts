import type { RunResult } from "../../handlers/bucket/latest";
import type { Settings } from "../../handlers/model";
import { createReportHandler } from "../../handlers/report";
import { RETRIES, type ReportRequest, type SliceAnswer, type SliceEvent } from "../../handlers/slice";
import type { Bucket, LocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";

/** A container of the function, in this process: one handler, as Lambda makes it, that is invoked again and again. */
export interface Container {
  readonly localAws: LocalAws;
  readonly bucket: Bucket;
  /**
   * A whole run, slice after slice, each of which is said to be its last attempt. Gives the result as its status object has it; rejects with the
   * error that the run failed with.
   *
   * @param remainingMs what each slice has of the function's time
   */
  run(asked?: ReportRequest & { readonly runId?: string }, remainingMs?: number): Promise<RunResult>;
  /** One slice, as the state machine asks for it. */
  slice(event: SliceEvent, remainingMs?: number): Promise<SliceAnswer>;
  watch(): Promise<SliceAnswer & { status: "watched" }>;
}

export const BUCKET = "reports";

/** The function's environment, for a local AWS; of the settings that are not given, the organisation's and the defaults. */
export function functionEnvironment(
  { url, organisation }: LocalAws,
  given: Partial<Settings> = {},
): Record<string, string> {
  const { now, ...settings } = {
    ...defaultSettings,
    eventDataStore: organisation.EventDataStoreArn ?? defaultSettings.eventDataStore,
    instanceArn: organisation.InstanceArn,
    identityStoreId: organisation.IdentityStoreId,
    requestsPerSecond: 10_000, // the local AWS's quotas are lifted: as fast as it answers
    ...given,
  };
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: organisation.PrimaryRegion,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    BUCKET_NAME: BUCKET,
    REPORT_SETTINGS: JSON.stringify(settings),
    REPORT_NAME: "test",
    CREDENTIAL_REPORT_NOW: organisation.Now,
  };
}

let requests = 0;

/**
 * Starts a container, with an empty bucket unless there is one. The SDK's clients read the endpoint at their first call: where
 * several local AWS serve at once, let each container run once before the next is started.
 */
export function startContainer(
  localAws: LocalAws,
  environment: Record<string, string> = {},
  settings: Partial<Settings> = {},
): Container {
  Object.assign(process.env, functionEnvironment(localAws, settings), environment);
  if (!localAws.buckets.has(BUCKET)) localAws.buckets.set(BUCKET, { objects: new Map(), uploads: new Map() });
  const handler = createReportHandler();
  const bucket = localAws.buckets.get(BUCKET)!;
  const slice = (event: SliceEvent, remainingMs = 900_000) => {
    const deadlineMs = Date.now() + remainingMs;
    const awsRequestId = `request-${++requests}`;
    const invokedFunctionArn = "arn:aws:lambda:us-east-1:111122223333:function:credential-report";
    return handler(event, {
      awsRequestId,
      invokedFunctionArn,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    });
  };
  async function run(
    { runId = `run-${++requests}`, ...request }: ReportRequest & { readonly runId?: string } = {},
    remainingMs = 900_000,
  ) {
    readLog();
    for (;;) {
      const answer = await slice({ runId, retries: RETRIES, request }, remainingMs);
      if (answer.status === "running") continue;
      if (answer.status === "failed") throw failureOf(answer.runId, answer.error);
      const result = jsonOf(bucket, `status/${answer.runId}/succeeded`) as RunResult;
      const { news: _, decisions: __, ...counts } = result; // they name people
      expect({ ...counts, warnings: result.warnings.length }).toEqual(answer);
      return result;
    }
  }
  return {
    localAws,
    bucket,
    run,
    slice,
    async watch() {
      readLog();
      const answer = await slice({ request: { trigger: "watch" } });
      if (answer.status === "failed") throw failureOf(answer.runId, answer.error);
      return answer as SliceAnswer & { status: "watched" };
    },
  };
}

const failures = new Map<string, Error>();
let reading: typeof process.stdout.write | undefined;

/** Reads along in the function's log, which is the only one to have every error whole. */
function readLog(): void {
  if (process.stdout.write === reading) return;
  const { write } = process.stdout;
  reading = ((text: string | Uint8Array, ...others: never[]) => {
    if (String(text).startsWith('{"time"')) {
      const { runId, message, causes } = JSON.parse(String(text));
      if (message === "failed") {
        failures.set(runId, Object.assign(new Error(causes[0].message), { name: causes[0].error }));
      }
    }
    return write.call(process.stdout, text as string, ...others);
  }) as typeof write;
  process.stdout.write = reading;
}

function failureOf(runId: string, name: string): Error {
  const failure = failures.get(runId) ?? new Error("The log does not say why it failed.");
  expect(failure.name).toBe(name);
  return failure;
}

/** The text of an object below `credential_reports/`; `undefined` where there is none. */
export function textOf({ objects }: Bucket, name: string): string | undefined {
  const object = objects.get(`credential_reports/${name}`);
  return object && Buffer.concat(object.body).toString("utf8");
}

/** A JSON object below `credential_reports/`; `undefined` where there is none. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please
export function jsonOf(bucket: Bucket, name: string): any {
  const text = textOf(bucket, name);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Keeps the function's log, which goes to standard output, out of the tests' output. Call it once a file. */
export function captureLogs(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  let write: jest.SpyInstance;
  beforeAll(() => {
    write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
  });
  afterAll(() => write.mockRestore());
  return lines;
}
