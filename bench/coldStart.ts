import { resolve } from "node:path";
import { startLocalAws } from "../local/aws";
import { zippedSize } from "../local/deployment/archive";
import { deploy } from "../local/deployment/deploy";

/** The archive's size, and how long a fresh process takes from its start to the end of a run that finds its report published. */
export async function* coldStart(): AsyncGenerator<object> {
  const organisation = resolve(__dirname, "../local/organisations/sample.json");
  const aws = await startLocalAws({ organisation, rate: 20 });
  const deployment = await deploy({ localAws: aws });
  try {
    const { archive } = deployment.resources.find((resource) => resource.archive !== undefined)!;
    await deployment.invoke({ runId: "cold" });
    const seconds: number[] = [];
    for (let run = 0; run < 5; run++) {
      const again = await deploy({ localAws: aws });
      const startedMs = performance.now();
      await again.invoke({ trigger: "watch" });
      seconds.push((performance.now() - startedMs) / 1000);
      await again.close();
    }
    seconds.sort((a, b) => a - b);
    yield { zippedBytes: zippedSize(archive!), entries: archive!.size, coldStartSeconds: seconds[2] };
  } finally {
    await deployment.close();
    await aws.close();
  }
}
