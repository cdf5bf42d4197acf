const { relative } = require("node:path");

const SHOWN = 10;
const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(6)} s`;

/** Says at the end which files and which tests took longest: what to look at where `npm test` grows slow. */
module.exports = class SlowestReporter {
  onRunComplete(_contexts, { testResults }) {
    const ofFiles = [];
    const ofTests = [];
    for (const { testFilePath, perfStats, testResults: tests } of testResults) {
      const file = relative(process.cwd(), testFilePath);
      ofFiles.push([perfStats.runtime ?? 0, file]);
      for (const { duration, fullName } of tests) ofTests.push([duration ?? 0, `${file}: ${fullName}`]);
    }
    if (ofFiles.length < 2) return;
    for (const [what, all] of [
      ["files", ofFiles],
      ["tests", ofTests],
    ]) {
      const slowest = all.sort(([one], [other]) => other - one).slice(0, SHOWN);
      const lines = slowest.map(([ms, name]) => `${seconds(ms)}  ${name.slice(0, 150)}\n`);
      process.stderr.write(`\nSlowest ${what}:\n${lines.join("")}`);
    }
  }
};
