package io.weft.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this state folder: chosen once among the free ones, so that clients find the services again after a restart. */
final class Ports {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Below the range from which the kernel takes the ports of outgoing connections. */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;
    private static final int TRIES = 200;

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
            port = choose();
            chosen.put(name, port);
            Path draft = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(draft, JSON.writeValueAsString(chosen));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return port;
    }

    /** Throws, naming port, service and file, when somebody else listens there. */
    void requireFree(String name) throws IOException {
        int port = port(name);
        if (!isFree(port)) {
            throw new IOException("Port " + port + " of " + name + " on 127.0.0.1 is taken by another program"
                    + " (ss -ltnp shows which): end it, or remove " + file + ", and start again on other ports");
        }
    }

    private int choose() throws IOException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (!chosen.containsValue(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("No free port found between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
