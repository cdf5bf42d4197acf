import { start } from "./start";

// `credential-report`, and what the `npm run` scripts of a clone start.

start(process.argv.slice(2));
