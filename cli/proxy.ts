import type { Agent } from "node:https";
import type { Socket } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import type * as Proxying from "https-proxy-agent";
import { reportError } from "../handlers/errors";

/**
 * What carries HTTPS requests to where the environment's HTTPS_PROXY says, but for the hosts in NO_PROXY; undefined where there is no
 * proxy. Node 20 does not look at these variables, and neither does the SDK.
 */
export function proxyAgent(environment: NodeJS.ProcessEnv): Agent | undefined {
  const proxy = environment.HTTPS_PROXY || environment.https_proxy;
  if (!proxy) return undefined;
  const noProxy = environment.NO_PROXY || environment.no_proxy || "";
  // Loaded where it is used: a terminal without proxy starts faster.
  const { HttpsProxyAgent } = require("https-proxy-agent") as typeof Proxying;

  class EnvironmentAgent extends HttpsProxyAgent<string> {
    /** Else it guesses from the call stack, wrongly when a connection becomes free, and uses none a second time. */
    override isSecureEndpoint(): boolean {
      return true;
    }

    override async connect(
      ...[request, options]: Parameters<Proxying.HttpsProxyAgent<string>["connect"]>
    ): Promise<Socket> {
      if (!isLeftOut(options.host ?? "", options.port, noProxy)) {
        return super.connect(request, options).catch((error: Error) => {
          error.message = `through the proxy of HTTPS_PROXY, ${this.proxy.host}: ${error.message}`;
          throw error;
        });
      }
      return connect({ ...options, path: undefined } as ConnectionOptions); // `path` would be a socket's in the file system
    }
  }

  return new EnvironmentAgent(urlOf(proxy), { keepAlive: true, maxSockets: 50 }) as unknown as Agent; // as the SDK's own agent
}

/** The proxy's URL; a host alone is one that is asked by HTTP, as with curl. */
function urlOf(proxy: string): string {
  const url = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  // It is not shown: it may have a password.
  throw reportError("BadArguments", "HTTPS_PROXY: expected a URL such as http://proxy.example.com:3128.");
}

/** As curl and others read NO_PROXY: hosts and domains, with a port or without, separated by commas; `*` for all. */
export function isLeftOut(host: string, port: number, noProxy: string): boolean {
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = "", ofPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (ofPort !== undefined && Number(ofPort) !== port) return false;
      return name === "" || host.toLowerCase() === name || host.toLowerCase().endsWith(`.${name}`);
    });
}
