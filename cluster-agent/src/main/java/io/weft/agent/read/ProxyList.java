package io.weft.agent.read;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import java.util.function.Supplier;

/** Proxies as they are reported: no more than fit into an observation, and marked where there are more. */
final class ProxyList {
    static final int MOST = 1_000;

    private final ArrayNode proxies = Json.array();
    private boolean truncated;

    /** Adds a proxy, which is made only if there is room for it. */
    void add(Supplier<ObjectNode> proxy) {
        if (proxies.size() < MOST) {
            proxies.add(proxy.get());
        } else {
            truncated = true;
        }
    }

    void writeTo(ObjectNode status) {
        status.set("proxies", proxies);
        if (truncated) {
            status.put("truncated", true);
        }
    }
}
