const short = require("./jest.config");

// The files that `npm test` leaves out, with samples of their series, not whole: `npm run test:rest`, before a change lands.

/** @type {import("jest").Config} */
module.exports = {
  ...short,
  testMatch: ["**/*.long.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
};
