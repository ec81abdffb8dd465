package io.weft.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ports of this state folder: chosen once among the free ones, so that clients find the services again after a restart. */
final class Ports {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Map<String, Integer> chosen = new LinkedHashMap<>();

    Ports(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            JsonNode stored = JSON.readTree(Files.readString(file));
            stored.properties()
                    .forEach(port -> chosen.put(port.getKey(), port.getValue().intValue()));
        }
    }

    int port(String name) throws IOException {
        Integer port = chosen.get(name);
        if (port == null) {
            port = free();
            chosen.put(name, port);
            Files.writeString(file, JSON.writeValueAsString(chosen));
        }
        return port;
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        }
    }
}
