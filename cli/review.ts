import { standInHome } from "./home";
import { reviewCheck } from "./reviewCheck";

standInHome();
reviewCheck(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
