import { publishIn, withS3 } from "./publishing";
import { SIZES } from "./sizeSources";

/** The most that Lambda gives a function of an account which has not asked for more. */
const MEMORY_MIB = 3_008;

/** What the largest organizations have of one thing or another, published by a process each: what it takes, or that it does not fit. */
export async function* sizes(): AsyncGenerator<object> {
  const s3 = await withS3();
  try {
    for (const size of SIZES) {
      try {
        const figures = await publishIn("serialised", s3.endpoint, size, MEMORY_MIB);
        const { rows, bytes, seconds, cpuSeconds, peakMemoryMB } = figures;
        yield {
          ...{
            size,
            rows,
            bytes,
            seconds: Math.round(seconds * 10) / 10,
            cpuSeconds: Math.round(cpuSeconds * 10) / 10,
          },
          peakMemoryMB: Math.round(peakMemoryMB),
        };
      } catch (error) {
        const { stderr = "" } = error as { stderr?: string };
        yield { size, failed: /^.*Error.*$|heap out of memory/m.exec(stderr)?.[0] ?? String(error) };
      }
    }
  } finally {
    s3.close();
  }
}
