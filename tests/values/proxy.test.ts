import { get } from "node:https";
import { isLeftOut, proxyAgent } from "../../cli/proxy";

test.each([
  ["sts.eu-west-1.amazonaws.com", 443, "", false],
  ["sts.eu-west-1.amazonaws.com", 443, "example.com", false],
  ["sts.eu-west-1.amazonaws.com", 443, "amazonaws.com", true],
  ["sts.eu-west-1.amazonaws.com", 443, "example.com, .amazonaws.com", true],
  ["sts.eu-west-1.amazonaws.com", 443, "*.AMAZONAWS.com", true],
  ["sts.eu-west-1.amazonaws.com", 443, "sts.eu-west-1.amazonaws.com:443", true],
  ["sts.eu-west-1.amazonaws.com", 443, "amazonaws.com:8443", false],
  ["sts.eu-west-1.amazonaws.com", 443, "*", true],
  ["notamazonaws.com", 443, "amazonaws.com", false],
  ["10.0.0.7", 8443, "10.0.0.7", true],
])("%s:%d with NO_PROXY=%j goes past the proxy: %p", (host, port, noProxy, expected) => {
  expect(isLeftOut(host, port, noProxy)).toBe(expected);
});

test("without HTTPS_PROXY there is no agent, and with one that is no URL an error that shows no password", () => {
  expect(proxyAgent({ NO_PROXY: "*" })).toBeUndefined();
  expect(proxyAgent({ https_proxy: "http://127.0.0.1:3128" })).toBeDefined();
  expect(proxyAgent({ HTTPS_PROXY: "proxy.example.com:3128" })).toBeDefined();
  for (const HTTPS_PROXY of ["http://user:secret@", "socks5://user:secret@proxy"]) {
    expect(() => proxyAgent({ HTTPS_PROXY })).toThrow(/^HTTPS_PROXY: expected a URL such as [^@]*$/);
  }
});

test("a proxy that is not there is named, without its password, with what Node says of it", async () => {
  const agent = proxyAgent({ HTTPS_PROXY: "http://user:secret@127.0.0.1:1" });
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    get("https://sts.eu-west-1.amazonaws.com", { agent }).on("error", resolve);
  });
  expect(error.message).toBe("through the proxy of HTTPS_PROXY, 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1");
  expect(error.code).toBe("ECONNREFUSED");
});
