const { TestEnvironment: NodeEnvironment } = require("jest-environment-node");

/** What the test files of a process share: bundleOnce.js. */
const madeOnce = {};

/**
 * Node, where a test fails in which the process warns: of leaking listeners, of what is deprecated, of promises that nobody awaits.
 * It is an environment since the `process` that tests see is a copy, which hears no warnings.
 */
module.exports = class WarningEnvironment extends NodeEnvironment {
  #warnings = [];
  #collect = (warning) => this.#warnings.push(warning);

  async setup() {
    await super.setup();
    this.global.madeOnce = madeOnce;
    process.on("warning", this.#collect);
  }

  async teardown() {
    process.off("warning", this.#collect);
    await super.teardown();
  }

  async handleTestEvent({ name, test }, { unhandledErrors }) {
    if (name !== "test_done" && name !== "run_finish") return;
    await new Promise((resolve) => setImmediate(resolve)); // warnings come after the step that causes them
    // What hooks and modules cause counts for the next test, or after the last one for the file.
    (name === "test_done" ? test.errors : unhandledErrors).push(...this.#warnings.splice(0));
  }
};

require("./keptThreads");
