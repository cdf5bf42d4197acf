const { mkdtempSync, rmSync } = require("node:fs");
const { availableParallelism, homedir, tmpdir } = require("node:os");
const { join } = require("node:path");

// The tests run on every Node that is supported, also on those that the SDK will leave.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

// `npm test` checks the types first, so that not every deployment of a test has to.
process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";

// Also as a user without a home directory, as containers have one who is only a number.
try {
  homedir();
} catch {
  process.env.HOME = mkdtempSync(join(tmpdir(), "home-"));
  process.once("exit", () => rmSync(process.env.HOME, { recursive: true, force: true }));
}

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "./tests/support/environment.js",
  setupFiles: ["<rootDir>/tests/support/bundleOnce.js"],
  roots: ["<rootDir>/tests"],
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  coverageProvider: "v8",
  collectCoverageFrom: ["{index,handlers/**/*,components/**/*,local/**/*,cli/**/*}.ts"],
  // The rest, and the long series: jest.long.config.js.
  testPathIgnorePatterns: ["/node_modules/", "\\.long\\.test\\.ts$"],
  reporters: ["default", "<rootDir>/tests/support/slowest.js"],
  maxWorkers: Math.ceil(availableParallelism() * 1.5), // those of the terminal wait more than they work
  // A worker with a large heap takes longer to end than the half second after which Jest says that it hangs, and ends it by force. A new one
  // loads everything anew: with a limit that most files pass, a quarter of the processor's time goes there.
  workerIdleMemoryLimit: "800MB",
  testTimeout: 60_000,
};
