// What Lambda's Node.js runtime does between the Runtime API and a handler. It runs in the function's own process, in plain
// node, and uses nothing but node: what the handler needs must be in the function's archive.

const http = require("node:http");
const path = require("node:path");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });
let invocation;

function call(method, resource, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host, port, agent, method, path: `/2018-06-01/runtime/${resource}` },
      async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function errorBody(error) {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known && error.stack ? error.stack.split("\n") : [],
  });
}

async function crash(error) {
  console.error(error);
  const resource = invocation ? `invocation/${invocation}/error` : "init/error";
  await call("POST", resource, errorBody(error)).catch(() => {});
  process.exit(1);
}

function loadHandler() {
  const [file, name] = process.env._HANDLER.split(".");
  const handler = require(path.join(process.env.LAMBDA_TASK_ROOT, file))[name];
  if (typeof handler !== "function") throw new Error(`${process.env._HANDLER} is not a function`);
  if (handler.length > 2) throw new Error(`${process.env._HANDLER} takes a callback, which nodejs24.x refuses`);
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function main() {
  const handler = loadHandler();
  for (;;) {
    const next = await call("GET", "invocation/next").catch(() => process.exit(0));
    invocation = next.headers["lambda-runtime-aws-request-id"];
    try {
      const result = await handler(JSON.parse(next.body), contextOf(next.headers));
      await call("POST", `invocation/${invocation}/response`, JSON.stringify(result === undefined ? null : result));
    } catch (error) {
      await call("POST", `invocation/${invocation}/error`, errorBody(error));
    }
    invocation = undefined;
  }
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
main().catch(crash);
