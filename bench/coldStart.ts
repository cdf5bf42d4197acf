import { resolve } from "node:path";
import { startLocalAws } from "../local/aws";
import { zippedSize } from "../local/deployment/archive";
import { deploy } from "../local/deployment/deploy";

const RUNS = 3;

/** The archive's size, and how long the shortest call (a watch) takes in a fresh process and in a warm one: medians. */
export async function* coldStart(): AsyncGenerator<object> {
  const organisation = resolve(__dirname, "../local/organisations/sample.json");
  const cold: number[] = [];
  const warm: number[] = [];
  let archive = {};
  for (let run = 0; run < RUNS; run++) {
    const aws = await startLocalAws({ organisation, rate: 20 });
    const deployment = await deploy({ localAws: aws });
    const timed = async () => {
      const startedMs = performance.now();
      await deployment.startExecution({ trigger: "watch" }).ended;
      return Math.round(performance.now() - startedMs) / 1000;
    };
    cold.push(await timed());
    warm.push(await timed());
    const files = deployment.resources.find((resource) => resource.archive !== undefined)!.archive!;
    archive = { zippedBytes: zippedSize(files), entries: files.size };
    await deployment.close();
    await aws.close();
  }
  const median = (seconds: number[]) => seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
  yield { ...archive, coldStartSeconds: median(cold), warmSeconds: median(warm) };
}
