package io.weft.agent.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import org.junit.jupiter.api.Test;

class ProxyListTest {
    @Test
    void aListThatLeavesProxiesOutSaysSo() {
        assertThat(status(ProxyList.MOST).has("truncated")).isFalse();
        assertThat(status(ProxyList.MOST + 1).path("truncated").asBoolean()).isTrue();
        assertThat(status(ProxyList.MOST + 1).path("proxies")).hasSize(ProxyList.MOST);
    }

    private static ObjectNode status(int proxies) {
        ProxyList list = new ProxyList();
        for (int number = 0; number < proxies; number++) {
            list.add(Json::object);
        }
        ObjectNode status = Json.object();
        list.writeTo(status);
        return status;
    }
}
