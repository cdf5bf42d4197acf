#!/usr/bin/env node
// `credential-report`: the report from a terminal, for `npx` and `npm link`. The TypeScript is loaded as it is.
require("tsx/cjs");
require("./report.ts");
