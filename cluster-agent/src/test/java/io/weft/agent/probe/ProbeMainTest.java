package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ProbeMainTest {
    @Test
    void onlyABrokenConnectionIsAReset() {
        assertThat(ProbeMain.failure(new SocketException("Connection reset"))).isEqualTo("reset");
        assertThat(ProbeMain.failure(new NoRouteToHostException())).isEqualTo("connectFailed");
        assertThat(ProbeMain.failure(new ConnectException())).isEqualTo("connectFailed");
        assertThat(ProbeMain.failure(new UnknownHostException())).isEqualTo("dns");
        assertThat(ProbeMain.failure(new SocketTimeoutException())).isEqualTo("timeout");
    }

    @Test
    void everyCallIsCounted() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("x-app-version", "v2");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            assertThat(ProbeMain.answers("refused\tGET\t" + url + "\t10\tx-app-version\tx-canary\tyes"))
                    .isEqualTo("{\"refused\":{\"200 v2\":10}}");
        } finally {
            server.stop(0);
        }
    }
}
